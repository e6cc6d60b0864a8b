// Errors as HTTP tells them: RFC 9457, with the statuses and codes of the contract's table and no others. `code` says what it is;
// so `type` is `about:blank`, and then the title is the status's own.
import { STATUS_CODES } from 'node:http';
import { type ErrorCode, errorCatalogue, type FieldError, NatterError } from '@natter/contracts/errors';

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  request_id: string;
  errors?: FieldError[];
}

export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Codes that only sockets know, or that say more of our inside than a caller can use. */
const told: Partial<Record<ErrorCode, ErrorCode>> = {
  internal: 'unavailable',
  timeout: 'unavailable',
  too_many_inflight: 'rate_limited',
  unknown_type: 'bad_request',
  hello_first: 'bad_request',
};

/** The answer for an error; `status` only where the contract knows one that has no code of its own (426). */
export function problemAnswer(error: NatterError, requestId: string, status?: number): ProblemAnswer {
  const code = told[error.code] ?? error.code;
  const { httpStatus, message } = errorCatalogue[code];
  // What may not be known of and what does not exist must look the same: nothing but the code is said, unless a field of the
  // request is at fault, which a service only tells to who may know of all else.
  const isBare = code === 'not_found' && error.details.fields === undefined;
  const { detail, fields, retryAfterMs = 1_000 } = isBare ? {} : error.details;
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status ?? httpStatus] ?? 'Error',
    status: status ?? httpStatus,
    code,
    detail: detail ?? message,
    request_id: requestId,
    ...(fields !== undefined && fields.length > 0 && { errors: fields }),
  };
  return {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...((problem.status === 429 || problem.status === 503) && {
        'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))),
      }),
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify(problem),
  };
}

/** An answer as bytes, for a connection that HTTP has let go of, or never got hold of. */
export function rawProblem({ status, headers, body }: ProblemAnswer): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
}

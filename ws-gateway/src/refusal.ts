// Refusing before the upgrade: a real HTTP answer, problem+json (RFC 9457), then the connection ends.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, errorCatalogue, NatterError } from '@natter/contracts/errors';

/** A refusal whose status is not that of its code. */
export class Refusal extends NatterError {
  constructor(
    private readonly status: number,
    code: ErrorCode,
    detail: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(code, { detail });
  }

  override get httpStatus(): number {
    return this.status;
  }
}

/** Status, headers and body for an error. Faults of ours and services that are silent are 503; a 404 never says why. */
export function problem(error: unknown): { status: number; headers: Record<string, string>; body: string } {
  const known = error instanceof NatterError ? error : new NatterError('unavailable');
  const status = known.httpStatus >= 500 ? 503 : known.httpStatus;
  const code: ErrorCode = status === 503 ? 'unavailable' : known.code;
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    code,
    detail: status === 503 || status === 404 ? errorCatalogue[code].message : known.message,
    request_id: randomUUID(),
  });
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    Connection: 'close',
  };
  if (status === 429 || status === 503)
    headers['Retry-After'] = String(Math.ceil((known.details.retryAfterMs ?? 1_000) / 1_000));
  if (error instanceof Refusal) Object.assign(headers, error.headers);
  return { status, headers, body };
}

/** Writes the refusal to the socket of an upgrade request. @returns the status */
export function refuse(socket: Duplex, error: unknown): number {
  const { status, headers, body } = problem(error);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  return status;
}

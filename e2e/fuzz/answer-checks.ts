// What an answer must be, whatever was asked: pure rules of the contract, each tested with planted faults. Every function answers with
// what is wrong, or nothing.
import { closeCodes } from '@natter/contracts/close-codes';
import { type ErrorCode, errorCatalogue, isErrorCode, socketCodes } from '@natter/contracts/errors';
import type { BreachKind } from './breach.js';
import type { Reply } from './wire-http.js';

export interface Wrong {
  kind: BreachKind;
  says: string;
}

/** Codes that only sockets know (docs/protocol.md, «Error codes»). */
const onSocketsOnly: ReadonlySet<ErrorCode> = new Set([
  'unknown_type',
  'hello_first',
  'too_many_inflight',
  'timeout',
  'internal',
]);
const onSockets: ReadonlySet<unknown> = new Set(socketCodes);
const fieldCodes: ReadonlySet<unknown> = new Set([
  'missing',
  'type',
  'too_long',
  'too_short',
  'too_big',
  'too_small',
  'invalid',
  'not_found',
  'weak_password',
]);
const goodStatuses: ReadonlySet<number> = new Set([200, 201, 202, 204, 206, 304]);
/** Known to the contract, without a code of its own. */
const otherStatuses: ReadonlySet<number> = new Set([416, 426]);
/** What breaks WebSocket itself, and a close without a code. */
const framingCodes = [1002, 1005, 1008];
const knownCloses: ReadonlySet<number> = new Set([
  ...Object.values(closeCodes).map(({ code }) => code),
  ...framingCodes,
]);

/** Traces of the inside that no answer may show. */
const inside =
  /node_modules|\.js:\d+:\d+|\bat \w+ \(|\b(SELECT|INSERT INTO|UPDATE) [a-z_"]+|duplicate key value|postgres:\/\/|ECONNREFUSED/;

export function wrongWithReply({ status, headers, body }: Reply): Wrong[] {
  const text = body.toString('utf8');
  const type = headers.get('content-type') ?? '';
  if (status >= 500)
    return [{ kind: status === 503 ? 'away' : 'fault', says: `answered ${status} ${text.slice(0, 300)}` }];
  if (status >= 400) return wrongWithProblem(status, headers, text);
  if (!goodStatuses.has(status)) return [{ kind: 'shape', says: `answered with status ${status}` }];
  const isJson = type.startsWith('application/json');
  if (isJson && parsed(text) === undefined && text !== '')
    return [{ kind: 'shape', says: `no JSON: ${text.slice(0, 200)}` }];
  return [];
}

function wrongWithProblem(status: number, headers: ReadonlyMap<string, string>, text: string): Wrong[] {
  const wrong = (says: string): Wrong => ({ kind: 'shape', says: `${status}: ${says}: ${text.slice(0, 300)}` });
  const found: Wrong[] = [];
  if (inside.test(text)) found.push({ kind: 'leak', says: `${status}: ${text.slice(0, 500)}` });
  if (status === 429 && !/^[1-9]\d*$/.test(headers.get('retry-after') ?? '')) found.push(wrong('no Retry-After'));
  if (!(headers.get('content-type') ?? '').startsWith('application/problem+json'))
    return [...found, wrong('no problem')];
  // The answer to HEAD is a head only.
  if (text === '') return found;
  const problem = parsed(text) as Record<string, unknown> | null | undefined;
  if (typeof problem !== 'object' || problem === null) return [...found, wrong('no JSON object')];
  const { code } = problem;
  for (const field of ['type', 'title', 'detail', 'request_id'])
    if (typeof problem[field] !== 'string') found.push(wrong(`${field} is no text`));
  if (problem['status'] !== status) found.push(wrong('another status inside'));
  if (problem['request_id'] !== headers.get('x-request-id')) found.push(wrong('another request_id in the head'));
  if (!isErrorCode(code) || onSocketsOnly.has(code)) found.push(wrong('a code that REST does not know'));
  else if (errorCatalogue[code].httpStatus !== status && !otherStatuses.has(status))
    found.push(wrong('a code of another status'));
  const { errors } = problem;
  if (errors !== undefined && !(Array.isArray(errors) && errors.every(isFieldError)))
    found.push(wrong('errors of another shape'));
  return found;
}

const isFieldError = (error: { field?: unknown; code?: unknown } | null): boolean =>
  typeof error?.field === 'string' && fieldCodes.has(error.code);

/** A frame of the server; `value` when it is one. */
export function wrongWithFrame(text: string): { wrong: Wrong[]; value: Record<string, unknown> } {
  const value = parsed(text);
  const shape = (says: string): Wrong => ({ kind: 'shape', says: `${says}: ${text.slice(0, 300)}` });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { wrong: [shape('no object')], value: {} };
  const one = value as Record<string, unknown>;
  if (typeof one['type'] !== 'string') return { wrong: [shape('a frame without a type')], value: one };
  if (one['type'] !== 'error') return { wrong: [], value: one };
  const { code, outcome, message, retry_after_ms: wait } = one;
  const wrong: Wrong[] = [];
  if (typeof message !== 'string') wrong.push(shape('an error without words'));
  else if (inside.test(message)) wrong.push({ kind: 'leak', says: message.slice(0, 500) });
  if (!isErrorCode(code) || !onSockets.has(code)) wrong.push(shape('a code that sockets do not know'));
  else if (errorCatalogue[code].outcome !== outcome) wrong.push(shape('another outcome than the code has'));
  else if (errorCatalogue[code].httpStatus >= 500) wrong.push({ kind: 'away', says: `${code} though nothing is away` });
  const mustWait = code === 'rate_limited' || code === 'too_many_inflight';
  if (mustWait ? !(typeof wait === 'number' && wait > 0) : wait !== undefined && typeof wait !== 'number')
    wrong.push(shape('retry_after_ms'));
  return { wrong, value: one };
}

/** How a server closed; what it echoes of the client's own close is the client's. */
export function wrongWithClose(code: number): Wrong[] {
  if (code === closeCodes.server_fault.code) return [{ kind: 'away', says: 'closed with 1011' }];
  return knownCloses.has(code) ? [] : [{ kind: 'shape', says: `closed with ${code}` }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Expected {
  id: string;
  /** Frames that are not answered when all is well get at most an error. */
  must: boolean;
}

const silentTypes = new Set(['receipt', 'typing', 'presence']);
const frameId = /^[\x21-\x7e]{1,64}$/;

/** Which answer a frame must get: exactly one, for those that carry an id which may be echoed. */
export function expectedAnswer(data: Buffer): Expected | undefined {
  const value = parsed(data.toString('utf8')) as { id?: unknown; type?: unknown } | null | undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { id, type } = value;
  if (typeof id !== 'string' || !frameId.test(id)) return undefined;
  return { id, must: typeof type !== 'string' || !silentTypes.has(type) };
}

const answerTypes = new Set(['ack', 'error', 'synced', 'pong']);

/** The id that a frame of the server answers. */
export const answeredId = (value: Record<string, unknown>): string | undefined =>
  answerTypes.has(String(value['type'])) && typeof value['id'] === 'string' ? value['id'] : undefined;

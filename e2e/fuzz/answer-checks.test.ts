// A check that finds nothing proves nothing unless it finds what is planted.
import { describe, expect, it } from 'vitest';
import { answeredId, expectedAnswer, wrongWithClose, wrongWithFrame, wrongWithReply } from './answer-checks.js';
import type { Reply } from './wire-http.js';

const problem = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  code: 'not_found',
  detail: 'there is nothing here',
  request_id: 'r1',
};
const reply = (status: number, body: object | string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: new Map(
    Object.entries({ 'content-type': 'application/problem+json; charset=utf-8', 'x-request-id': 'r1', ...headers }),
  ),
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const kindsOf = (of: Reply): string[] => wrongWithReply(of).map(({ kind }) => kind);

describe('an answer', () => {
  it('as the contract has it is right', () => {
    expect(wrongWithReply(reply(404, problem))).toEqual([]);
    expect(wrongWithReply(reply(200, { items: [] }, { 'content-type': 'application/json' }))).toEqual([]);
    expect(wrongWithReply(reply(204, ''))).toEqual([]);
    expect(wrongWithReply(reply(404, ''))).toEqual([]); // to HEAD
    expect(wrongWithReply(reply(426, { ...problem, status: 426, code: 'bad_request' }))).toEqual([]);
    const errors = [{ field: 'name', code: 'missing' }];
    expect(wrongWithReply(reply(400, { ...problem, status: 400, code: 'bad_request', errors }))).toEqual([]);
    const limited = { ...problem, status: 429, code: 'rate_limited' };
    expect(wrongWithReply(reply(429, limited, { 'retry-after': '1' }))).toEqual([]);
  });

  it('of 500 and above is a finding, and 503 though nothing is away', () => {
    expect(kindsOf(reply(500, { ...problem, status: 500 }))).toEqual(['fault']);
    expect(kindsOf(reply(502, ''))).toEqual(['fault']);
    expect(kindsOf(reply(503, { ...problem, status: 503, code: 'unavailable' }))).toEqual(['away']);
  });

  it.each([
    ['without problem+json', reply(404, problem, { 'content-type': 'text/html' })],
    ['without a code', reply(404, { ...problem, code: undefined })],
    ['with a code nobody knows', reply(404, { ...problem, code: 'lost' })],
    ['with a code that only sockets know', reply(400, { ...problem, status: 400, code: 'hello_first' })],
    ['with a code of another status', reply(404, { ...problem, code: 'forbidden' })],
    ['with another status inside', reply(404, { ...problem, status: 403 })],
    ['with another request_id', reply(404, { ...problem, request_id: 'r2' })],
    ['without words', reply(404, { ...problem, detail: 7 })],
    ['that is no JSON', reply(404, '{')],
    ['with errors of another shape', reply(404, { ...problem, errors: [{ field: 'a', code: 'odd' }] })],
    ['429 without Retry-After', reply(429, { ...problem, status: 429, code: 'rate_limited' })],
    ['of a status nobody expects', reply(302, '')],
    ['that says it is JSON and is none', reply(200, '<html>', { 'content-type': 'application/json' })],
  ])('%s is wrong', (_, planted) => {
    expect(kindsOf(planted)).toEqual(['shape']);
  });

  it.each(['at Object.x (/srv/node_modules/pg/x.js:1:2)', 'duplicate key value violates', 'connect ECONNREFUSED'])(
    'that shows what is inside is a leak: %s',
    (detail) => expect(kindsOf(reply(404, { ...problem, detail }))).toEqual(['leak']),
  );
});

describe('a frame', () => {
  const error = { type: 'error', id: 'a', code: 'not_found', message: 'there is nothing here', outcome: 'refused' };
  const kinds = (frame: unknown): string[] => wrongWithFrame(JSON.stringify(frame)).wrong.map(({ kind }) => kind);

  it('as the contract has it is right', () => {
    expect(kinds(error)).toEqual([]);
    expect(kinds({ type: 'message', seq: 1 })).toEqual([]);
    expect(kinds({ ...error, code: 'rate_limited', retry_after_ms: 5 })).toEqual([]);
  });

  it.each([
    ['that is a list', []],
    ['without a type', { id: 'a' }],
    ['with a code of REST', { ...error, code: 'name_taken' }],
    ['with an outcome of its own', { ...error, outcome: 'unknown' }],
    ['without words', { ...error, message: undefined }],
    ['that does not say when to come back', { ...error, code: 'rate_limited' }],
    ['of a fault', { ...error, code: 'internal', outcome: 'unknown' }],
  ])('%s is wrong', (_, planted) => {
    expect(kinds(planted)).toEqual(['shape']);
  });

  it('that says a part is away is a finding', () => {
    expect(kinds({ ...error, code: 'unavailable', outcome: 'unknown' })).toEqual(['away']);
  });

  it('has to be answered when it has an id that may be echoed, and is no fleeting one', () => {
    const must = (frame: object): unknown => expectedAnswer(Buffer.from(JSON.stringify(frame)))?.must;
    expect(must({ type: 'send', id: 'a' })).toBe(true);
    expect(must({ type: 7, id: 'a' })).toBe(true);
    expect(must({ type: 'receipt', id: 'a' })).toBe(false);
    expect(must({ type: 'send', id: 'a b' })).toBeUndefined();
    expect(must({ type: 'send', id: 7 })).toBeUndefined();
    expect(must([{ id: 'a' }])).toBeUndefined();
    expect(answeredId({ type: 'ack', id: 'a' })).toBe('a');
    expect(answeredId({ type: 'message', id: 'a' })).toBeUndefined();
  });
});

describe('a close', () => {
  it('is right with the codes of the contract and of broken framing only', () => {
    expect([1000, 1002, 1009, 4400, 4429].flatMap(wrongWithClose)).toEqual([]);
    expect([1006, 1012, 4000].map((code) => wrongWithClose(code)[0]?.kind)).toEqual(['shape', 'shape', 'shape']);
    expect(wrongWithClose(1011)[0]?.kind).toBe('away');
  });
});

import { NatterError } from '@natter/contracts/errors';
import { describe, expect, it } from 'vitest';
import { problemAnswer, rawProblem } from './problem.js';

describe('a problem', () => {
  it('says what the contract lists', () => {
    const error = new NatterError('invalid', { fields: [{ field: 'name', code: 'invalid' }] });
    const { status, headers, body } = problemAnswer(error, 'r1');
    expect([status, headers['content-type']]).toEqual([422, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'invalid',
      detail: 'a field has a value that is not allowed',
      request_id: 'r1',
      errors: [{ field: 'name', code: 'invalid' }],
    });
  });

  it('about what is not found never says why', () => {
    const secret = new NatterError('not_found', { detail: 'you are no member' });
    expect(problemAnswer(secret, 'r1')).toEqual(problemAnswer(new NatterError('not_found'), 'r1'));
  });

  it('about what is not found names a field of the request that a service points to', () => {
    const fields = [{ field: 'reply_to', code: 'not_found' } as const];
    const error = new NatterError('not_found', { detail: 'reply_to: there is no event 9 in this room', fields });
    expect(JSON.parse(problemAnswer(error, 'r1').body)).toMatchObject({
      code: 'not_found',
      detail: 'reply_to: there is no event 9 in this room',
      errors: fields,
    });
  });

  it('says in Retry-After when to come back, in whole seconds', () => {
    const retryAfter = (error: NatterError) => problemAnswer(error, 'r1').headers['retry-after'];
    expect(retryAfter(new NatterError('rate_limited', { retryAfterMs: 50 }))).toBe('1');
    expect(retryAfter(new NatterError('rate_limited', { retryAfterMs: 61_000 }))).toBe('61');
    expect(retryAfter(new NatterError('unavailable'))).toBe('1');
    expect(retryAfter(new NatterError('forbidden'))).toBeUndefined();
  });

  it('has only codes that HTTP knows', () => {
    const code = (error: NatterError) => problemAnswer(error, 'r1');
    expect(code(new NatterError('internal'))).toMatchObject({ status: 503 });
    expect(code(new NatterError('timeout')).body).toContain('"unavailable"');
    expect(code(new NatterError('hello_first')).status).toBe(400);
  });

  it('as bytes is one whole answer that ends the connection', () => {
    const [head = '', body = ''] = rawProblem(problemAnswer(new NatterError('unavailable'), 'r1'))
      .toString()
      .split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 503 /);
    expect(head).toContain('connection: close');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  });
});

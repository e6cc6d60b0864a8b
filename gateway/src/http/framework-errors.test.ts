import { describe, expect, it } from 'vitest';
import { asNatterError } from './framework-errors.js';

describe('what others throw', () => {
  it('is ours when it is the caller’s fault, and a fault of ours otherwise', () => {
    const http = (statusCode: number) => asNatterError(Object.assign(new Error('x'), { statusCode }))?.code;
    expect([http(400), http(413), http(415), http(404), http(408)]).toEqual([
      'bad_request',
      'too_large',
      'media_type',
      'not_found',
      'bad_request',
    ]);
    expect([http(500), asNatterError(new Error('x')), asNatterError(null), asNatterError('x')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

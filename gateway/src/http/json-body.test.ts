import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, readJson } from './json-body.js';

const read = (body: string | Buffer, type = 'application/json', encoding = '') =>
  readJson({ type, encoding, bytes: Buffer.from(body) });
const code = (run: () => unknown): unknown => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('a body', () => {
  it('that is missing or empty is an empty object, whatever its type', () => {
    expect([readJson(undefined), readJson(null), read('', 'text/plain')]).toEqual([{}, {}, {}]);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'may be %s',
    (type) => {
      expect(read('{"a":1}', type)).toEqual({ a: 1 });
    },
  );

  it.each([
    '',
    'text/plain',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'multipart/form-data',
  ])('may not be «%s»', (type) => {
    expect(code(() => read('{}', type))).toBe('media_type');
  });

  it('may say that it is not compressed, and must not be', () => {
    expect(read('{"a":1}', 'application/json', 'Identity')).toEqual({ a: 1 });
    for (const encoding of ['gzip', 'br', 'identity, gzip', 'x'])
      expect(code(() => read('{}', 'application/json', encoding))).toBe('media_type');
  });

  it.each(['{"a":', '[]', '"a"', '1', 'null', '{"a":1}x', "{'a':1}", '\0', '{"a":NaN}'])('may not read %j', (body) => {
    expect(code(() => read(body))).toBe('bad_request');
  });

  it('must be UTF-8, so that text is never changed on the way', () => {
    expect(code(() => read(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('bad_request');
  });

  it('keeps a key like __proto__ a mere key', () => {
    const value = read('{"__proto__":{"polluted":1},"constructor":1}');
    expect((value as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.keys(value)).toContain('__proto__');
  });
});

describe('depth', () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

  it('is at most 16, counted before anything is built', () => {
    expect(code(() => read(nested(16)))).toBe('accepted');
    expect(code(() => read(nested(17)))).toBe('bad_request');
    expect(code(() => read(`{"a":${'['.repeat(100_000)}`))).toBe('bad_request');
  });

  it('does not count brackets in texts', () => {
    expect(isDeeperThan(1, JSON.stringify({ a: '[[[{{{"\\' }))).toBe(false);
  });

  it('is what a walk over the value would find', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const depth = depthOf(value);
        expect(isDeeperThan(depth, JSON.stringify(value))).toBe(false);
        if (depth > 0) expect(isDeeperThan(depth - 1, JSON.stringify(value))).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { sendFrame } from './frames.js';
import { sendBody, sendMessage } from './messages.js';
import { Meta } from './meta.js';

const id = '0b8f5b1e-9f3d-4c56-8a55-0f2c9f2f1a77';
const parse = (json: string): unknown => JSON.parse(json);
const nested = (depth: number): unknown => parse(`${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`);

describe('meta', () => {
  const odd =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"in":{"__proto__":1,"constructor":2}}';

  it('passes on as it is, on the socket, by REST and between services, and changes nothing else', () => {
    const message = { id, body: 'x', meta: parse(odd) };
    for (const parsed of [
      sendFrame.parse({ type: 'send', room: id, ...message }),
      sendBody.parse(message),
      sendMessage.request.parse({ actor: id, room: id, username: 'x', ...message }),
    ])
      expect(JSON.stringify(parsed.meta)).toBe(odd);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('may be left out, and be nothing but a plain object', () => {
    expect(Meta.optional().safeParse(undefined).success).toBe(true);
    for (const value of [null, 1, 'x', [], new Date(), new Map()]) expect(Meta.safeParse(value).success).toBe(false);
  });

  it('is at most 2 KiB, 16 deep, and of clean texts', () => {
    expect(Meta.safeParse({ a: 'é'.repeat(1_020) }).success).toBe(true);
    expect(Meta.safeParse({ a: 'é'.repeat(1_021) }).success).toBe(false);
    expect(Meta.safeParse(nested(16)).success).toBe(true);
    expect(Meta.safeParse(nested(17)).success).toBe(false);
    for (const value of [{ a: [{ b: '\u0000' }] }, { '\ud800': 1 }]) expect(Meta.safeParse(value).success).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { helloFrame, sendFrame } from './frames.js';

const id = '0b8f5b1e-9f3d-4c56-8a55-0f2c9f2f1a77';
const send = (more: object) => sendFrame.safeParse({ type: 'send', id, room: id, body: 'hi', ...more });

describe('send', () => {
  it('ignores fields it does not know', () => {
    expect(send({ colour: 'red' }).success).toBe(true);
  });

  it('keeps the text as it came', () => {
    expect(send({ body: '  a\n' }).data?.body).toBe('  a\n');
  });

  it.each([
    { body: 1 },
    { body: null },
    { body: 'a\u0000' },
    { body: '\udc00' },
    { id: 'x' },
    { room: '' },
    { thread: 0 },
    { reply_to: 1.5 },
    { files: 'x' },
    { meta: { a: 'x'.repeat(2_048) } },
    { meta: { a: '\u0000' } },
    { meta: [] },
  ])('refuses %j', (field) => {
    expect(send(field).success).toBe(false);
  });

  it('accepts meta with a literal backslash-u', () => {
    expect(send({ meta: { a: '\\u0000' } }).success).toBe(true);
  });
});

describe('hello', () => {
  it('takes positions from 0 for at most 1,000 rooms', () => {
    const rooms = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`room-${n}`, 0]));
    expect(helloFrame.safeParse({ type: 'hello', rooms: rooms(1_000) }).success).toBe(true);
    expect(helloFrame.safeParse({ type: 'hello', rooms: rooms(1_001) }).success).toBe(false);
    expect(helloFrame.safeParse({ type: 'hello', rooms: { [id]: -1 } }).success).toBe(false);
  });
});

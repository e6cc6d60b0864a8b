import { describe, expect, it } from 'vitest';
import { NoAnswer, ReplyReader } from './wire-http.js';
import { frame, opcodes, ServerFrames } from './wire-socket.js';

describe('an answer in bytes', () => {
  const read = (text: string, isHead = false) => new ReplyReader().feed(Buffer.from(text, 'latin1'), isHead);

  it('is read by its length, in chunks, or without a body', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')?.body.toString()).toBe('hi');
    expect(
      read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n')?.body.toString(),
    ).toBe('hi');
    expect(read('HTTP/1.1 204 No Content\r\n\r\n')?.status).toBe(204);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', true)?.status).toBe(200);
    expect(read('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')?.status).toBe(
      400,
    );
  });

  it('is read however it is cut, one after another', () => {
    const reader = new ReplyReader();
    const found: number[] = [];
    for (const byte of 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n') {
      const reply = reader.feed(Buffer.from(byte), false);
      if (reply) found.push(reply.status);
    }
    expect(found).toEqual([200, 404]);
  });

  it.each([
    'SSH-2.0',
    'HTTP/1.1 99 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno header\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`,
  ])('is none: %j', (text) => {
    expect(() => read(text)).toThrow(NoAnswer);
  });
});

describe('a frame of a server', () => {
  const bare = (payload: string, shape = {}) =>
    frame(Buffer.from(payload), { opcode: opcodes.text, masked: false, ...shape });

  it('is read whatever its length, and however it is cut', () => {
    const payloads = ['', 'x'.repeat(125), 'x'.repeat(126), 'x'.repeat(70_000)];
    const all = Buffer.concat(payloads.map((payload) => bare(payload)));
    const frames = new ServerFrames();
    const found = [all.subarray(0, 200), all.subarray(200, 201), all.subarray(201)].flatMap((part) =>
      frames.feed(part),
    );
    expect(found.map(({ payload }) => payload.length)).toEqual(payloads.map(({ length }) => length));
  });

  it.each([{ masked: true }, { reserved: 4 }, { fin: false }])('is none with %j', (shape) => {
    expect(() => new ServerFrames().feed(bare('x', shape))).toThrow(NoAnswer);
  });
});

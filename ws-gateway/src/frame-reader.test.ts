import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame } from './frame-reader.js';

const read = (text: string) => readFrame(Buffer.from(text));
const nested = (depth: number): string => (depth === 1 ? '{}' : `{"a":${nested(depth - 1)}}`);

describe('readFrame', () => {
  it('reads a frame with its id', () => {
    expect(read('{"type":"ping","id":"a1"}')).toMatchObject({ type: 'ping', id: 'a1' });
  });

  it.each(['', 'x', '{', '[]', 'null', '1', '"ping"', '{"a":'])('takes %j for no frame', (text) => {
    expect(read(text)).toEqual({ type: undefined, id: undefined });
  });

  it('keeps an id that may be echoed, also when the rest is bad', () => {
    expect(read('{"id":"a1"}')).toEqual({ type: undefined, id: 'a1' });
    expect(read('{"type":5,"id":"a1"}')).toEqual({ type: undefined, id: 'a1' });
  });

  it.each(['""', '1', '"a b"', '"é"', `"${'x'.repeat(65)}"`, 'null'])('echoes no id %s', (id) => {
    expect(read(`{"type":"ping","id":${id}}`).id).toBeUndefined();
  });

  it('accepts sixteen levels and refuses seventeen', () => {
    const frame = (depth: number) => `{"type":"x","meta":${nested(depth - 1)}}`;
    expect(read(frame(16)).type).toBe('x');
    expect(read(frame(17)).type).toBeUndefined();
  });

  it('survives nesting as deep as a frame is long', () => {
    expect(read('['.repeat(65_536)).type).toBeUndefined();
    expect(read(`{"type":"x","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`).type).toBeUndefined();
  });

  it('is not confused by __proto__', () => {
    const frame = read('{"type":"ping","__proto__":{"type":"send","polluted":1}}');
    expect(frame.type).toBe('ping');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readFrame(Buffer.from(bytes))));
    fc.assert(fc.property(fc.json(), (text) => void read(text)));
  });
});

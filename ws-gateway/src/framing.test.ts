import { describe, expect, it } from 'vitest';
import { frameBytes, frameRun, frameText } from './framing.js';
import { unframe } from './testing/fakes.js';

const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

describe('framing', () => {
  it.each(lengths)('frames %i bytes so that they can be read back', (length) => {
    const text = 'x'.repeat(length);
    expect(unframe(frameText(text))[0] === text).toBe(true);
    expect(frameBytes(Buffer.from(text)).equals(frameText(text))).toBe(true);
  });

  it('uses the shortest form of a length', () => {
    const headers = lengths.map((length) => frameText('x'.repeat(length)).length - length);
    expect(headers).toEqual([2, 2, 2, 4, 4, 4, 10, 10]);
  });

  it('counts bytes and not characters', () => {
    expect(unframe(frameText('👍'.repeat(40)))).toEqual(['👍'.repeat(40)]);
  });

  it('frames a run so that it can be cut between any two frames', () => {
    const texts = lengths.map((length) => 'y'.repeat(length));
    const { bytes, ends } = frameRun(texts.map((text) => Buffer.from(text)));
    expect(unframe(bytes).join() === texts.join()).toBe(true);
    expect(unframe(bytes.subarray(ends[2], ends[5])).join() === texts.slice(3, 6).join()).toBe(true);
    expect(ends.at(-1)).toBe(bytes.length);
  });

  it('shares no memory with what it frames', () => {
    const payload = Buffer.from('hello');
    const frame = frameBytes(payload);
    payload.fill(0);
    expect(unframe(frame)).toEqual(['hello']);
  });
});

import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from './cursor.js';

describe('a cursor', () => {
  it('brings back the place it was made of', () => {
    const place = {
      message: { ts: '2026-01-01T00:00:00.000Z', room: '0d5f1c9e-8f0e-4f0e-9d43-7f3a0b1c2d3e', seq: 7 },
      notice: { ts: '2026-01-01T00:00:00.001Z', id: 'added.1' },
    };
    expect(readCursor(writeCursor(place))).toEqual(place);
  });

  it('that is absent means the beginning', () => {
    expect(readCursor(undefined)).toEqual({});
  });

  const made = (place: object) => Buffer.from(JSON.stringify(place)).toString('base64url');

  it.each([
    '',
    'x',
    'bnVsbA',
    made({ message: { ts: 'soon', room: 'x', seq: 0 } }),
    made({ notice: { ts: '2026-01-01T00:00:00.001Z', id: 'a\u0000' } }),
    made({ notice: { ts: '0000-01-01T00:00:00.000Z', id: 'a' } }),
  ])('that is none of ours is refused: %j', (cursor) => {
    expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CursorTime, decodeCursor, encodeCursor, pageOf } from './paging.js';

const key = z.object({ n: z.number() });

describe('paging', () => {
  it('leads from page to page, and ends', () => {
    const rows = [1, 2, 3, 4, 5];
    const seen: number[] = [];
    for (let cursor: string | undefined; ; ) {
      const after = decodeCursor(key, cursor)?.n ?? 0;
      const page = pageOf(
        rows.filter((n) => n > after).slice(0, 3),
        2,
        (n) => n,
        (n) => ({ n }),
      );
      seen.push(...page.items);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(seen).toEqual(rows);
  });

  it('refuses a cursor that is none of its own', () => {
    for (const cursor of ['', '!', 'bm8', encodeCursor({ n: 'x' }), encodeCursor(null)])
      expect(() => decodeCursor(key, cursor)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('refuses a time that no database could read', () => {
    const read = (ts: unknown) => decodeCursor(CursorTime, encodeCursor(ts));
    expect(read('2026-01-01T00:00:00.000Z')).toBe('2026-01-01T00:00:00.000Z');
    for (const ts of ['0000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', 'soon', 5]) expect(() => read(ts)).toThrow();
  });
});

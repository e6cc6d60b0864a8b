// Cursors of lists: opaque outside, inside the sort key of the last item, so that a page costs the same wherever it is.
import { NatterError } from '@natter/contracts/errors';
import type { Page } from '@natter/contracts/common';
import { z } from 'zod';

/** A time in a cursor. PostgreSQL knows no year 0. */
export const CursorTime = z.iso.datetime().refine((ts) => ts >= '1970');

export const encodeCursor = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key in a cursor, or null at the start of a list. @throws NatterError `invalid` for a cursor that is none of ours */
export function decodeCursor<S extends z.ZodType>(schema: S, cursor: string | undefined): z.infer<S> | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    const detail = 'cursor: what came as next with the page before';
    throw new NatterError('invalid', { detail, fields: [{ field: 'cursor', code: 'invalid' }] }, { cause });
  }
}

/** A page of rows that were asked for with one more than `limit`. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
  key: (row: Row) => unknown,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    next: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  };
}

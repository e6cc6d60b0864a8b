// Where a page of pending notifications ended: in each of the two lists that are merged, the last that was taken.
import { NatterError } from '@natter/contracts/errors';
import { RoomId, Seq } from '@natter/contracts/ids';
import { z } from 'zod';

const Ts = z.iso.datetime();

const Place = z.object({
  message: z.object({ ts: Ts, room: RoomId, seq: Seq }).optional(),
  notice: z.object({ ts: Ts, id: z.string().max(100) }).optional(),
});

/** Everything at or before it has been listed; nothing has: `{}`. */
export type Place = z.infer<typeof Place>;

export const writeCursor = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws NatterError `bad_request` for a cursor that is none of ours */
export function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return {};
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new NatterError('bad_request', { fields: [{ field: 'cursor', code: 'invalid' }] }, { cause });
  }
}

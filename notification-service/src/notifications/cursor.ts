// Where a page of pending notifications ended: in each of the two lists that are merged, the last that was taken.
import { CleanText, RoomId, Seq } from '@natter/contracts/ids';
import { CursorTime, decodeCursor, encodeCursor } from '@natter/service-kit/paging';
import { z } from 'zod';

const Place = z.object({
  message: z.object({ ts: CursorTime, room: RoomId, seq: Seq }).optional(),
  notice: z.object({ ts: CursorTime, id: CleanText.max(100) }).optional(),
});

/** Everything at or before it has been listed; nothing has: `{}`. */
export type Place = z.infer<typeof Place>;

export const writeCursor = (place: Place): string => encodeCursor(place);

/** @throws NatterError `invalid` for a cursor that is none of ours */
export const readCursor = (cursor: string | undefined): Place => decodeCursor(Place, cursor) ?? {};

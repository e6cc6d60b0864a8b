// What came of a request to the log, and what its sender is told of a refusal.
import { type ErrorCode, type FieldError, NatterError } from '@natter/contracts/errors';
import type { AppendItem } from '@natter/contracts/messages';
import { lacking } from '../users/grants.js';

export interface Placed {
  seq: number;
  ts: string;
  /** It was stored before. */
  dup: boolean;
}

export interface Failed {
  code: ErrorCode;
  retryAfterMs?: number;
  /** What of the request is at fault; only where its sender may know the room. */
  detail?: string;
  fields?: FieldError[];
}

export type AppendResult = Placed | Failed;

const retryAfterMs = 1_000;

export const away: AppendResult = { code: 'unavailable', retryAfterMs };

/** What the database answers; see the migrations of `natter_change` and `natter_carry`. */
export const outcome = {
  stored: 0,
  known: 1,
  notMember: 2,
  hidden: 3,
  noThread: 4,
  noReply: 5,
  deleted: 6,
  othersMessage: 7,
  standing: 8,
  fullOfReactions: 9,
  noFile: 10,
  noGrant: 11,
} as const;

export const noFile: Failed = {
  code: 'not_found',
  detail: 'files: each one sent by you to this room, once, and carried by no message yet',
  fields: [{ field: 'files', code: 'not_found' }],
};

const unfound = (field: string, detail: string): Failed => ({
  code: 'not_found',
  detail: `${field}: ${detail}`,
  fields: [{ field, code: 'not_found' }],
});

/** What its sender is told; undefined when it is stored, now or before. */
export function refusalOf(item: AppendItem, what: number): Failed | undefined {
  switch (what) {
    case outcome.notMember:
      return { code: 'not_member' };
    case outcome.hidden:
      return { code: 'not_found' };
    case outcome.noThread:
      if (item.type !== undefined) return { code: 'not_found' };
      return unfound('thread', `${item.thread} is no message of this room that can begin a thread`);
    case outcome.noReply:
      if (item.type !== undefined) return { code: 'not_found' };
      return unfound('reply_to', `${item.reply_to} is no message of this room`);
    case outcome.deleted:
      return { code: 'gone' };
    case outcome.othersMessage:
      return { code: 'forbidden' };
    case outcome.fullOfReactions:
      return { code: 'forbidden', detail: 'this message can hold no more reactions' };
    case outcome.noFile:
      return noFile;
    case outcome.noGrant:
      return { code: 'forbidden', detail: lacking('send_files') };
    default:
      return undefined;
  }
}

/** For a caller that waits for one item. @throws NatterError of the result, when it is none */
export function stored(result: AppendResult): Placed {
  if ('seq' in result) return result;
  const { code, ...details } = result;
  throw new NatterError(code, details);
}

// Edits, deletions and reactions that are on their way, and messages as they will be once those are stored. Pure.
import { type HeldMessage, reacted } from '@natter/client/message-changes';
import type { DeleteFrame, EditFrame, ReactFrame } from '@natter/contracts/frames';
import type { PendingMessage } from './timeline.js';

export type PendingChange = (EditFrame | DeleteFrame | ReactFrame) & {
  /** `stored`: acknowledged, and about to come back as an event. */
  state: PendingMessage['state'];
  /** Its place in the log, once it is stored. */
  seq?: number;
  /** Why it was refused. */
  reason?: string;
};

/** What of a message is on its way. */
export interface UnderWay {
  /** The edit whose words are shown. */
  edit?: PendingChange & { type: 'edit' };
  isDeleting?: boolean;
  /** Emoji given or taken back. */
  emoji?: ReadonlySet<string>;
}

/** A message as it will be, and what of that is on its way; the message itself when nothing is. */
export function withChanges(
  message: HeldMessage,
  changes: readonly PendingChange[],
  me: string,
): { message: HeldMessage; underWay?: UnderWay } {
  if (message.deleted || changes.length === 0) return { message };
  const underWay: UnderWay = {};
  const emoji = new Set<string>();
  let next = message;
  for (const change of changes) {
    if (change.type === 'edit') {
      next = { ...next, body: change.body };
      underWay.edit = change;
    } else if (change.type === 'delete') {
      underWay.isDeleting = true;
    } else {
      next = { ...next, reactions: reacted(next.reactions, change.emoji, change.op, me) };
      emoji.add(change.emoji);
    }
  }
  if (emoji.size > 0) underWay.emoji = emoji;
  return { message: next, underWay };
}

/** The changes of one room, by the seq of the message they are about. */
export function byTarget(changes: readonly PendingChange[], room: string): ReadonlyMap<number, PendingChange[]> {
  const targets = new Map<number, PendingChange[]>();
  for (const change of changes) {
    if (change.room !== room) continue;
    const about = targets.get(change.target);
    if (about) about.push(change);
    else targets.set(change.target, [change]);
  }
  return targets;
}

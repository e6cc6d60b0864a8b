// What becomes of a message after it was said: edits, its deletion, reactions, answers in its thread. Pure: each change makes a new one.
import type { LogEvent, MessageEvent, ReactionEvent } from '@natter/contracts/events';

/** A message as it is held: all events of its log up to `asOf` are in it; its own seq when that is not said. */
export interface HeldMessage extends MessageEvent {
  asOf?: number;
}

export const asOf = (message: HeldMessage): number => message.asOf ?? message.seq;

/** The seq of the earlier message that an event changes: an answer changes the root of its thread. */
export function targetOf(event: LogEvent): number | undefined {
  switch (event.type) {
    case 'message':
      return event.thread ?? undefined;
    case 'edited':
    case 'deleted':
    case 'reaction':
      return event.target;
    default:
      return undefined;
  }
}

/** A message after an event of its room. One that is about another, was applied before or comes too late changes nothing. */
export function afterChange(message: HeldMessage, event: LogEvent): HeldMessage {
  if (targetOf(event) !== message.seq || event.seq <= asOf(message)) return message;
  return { ...changed(message, event), asOf: event.seq };
}

function changed(message: HeldMessage, event: LogEvent): HeldMessage {
  if (event.type === 'message') {
    // A message that was replayed is as it is now: it has counted what is replayed after it.
    if (event.seq <= (message.replies?.last_seq ?? 0)) return message;
    return { ...message, replies: { count: (message.replies?.count ?? 0) + 1, last_seq: event.seq } };
  }
  if (message.deleted) return message;
  switch (event.type) {
    case 'edited':
      if (event.body === undefined) return message; // deleted since
      return { ...message, body: event.body, mentions: event.mentions ?? message.mentions, edited_at: event.ts };
    case 'deleted': {
      const { body: _, files: __, meta: ___, ...rest } = message;
      return { ...rest, deleted: true, mentions: [], reactions: {} };
    }
    case 'reaction':
      return { ...message, reactions: reacted(message.reactions, event.emoji, event.op, event.by.id) };
    default:
      return message;
  }
}

/** Reactions after one was given or taken back; in the order in which each emoji, and each user of it, came. */
export function reacted(
  reactions: MessageEvent['reactions'],
  emoji: string,
  op: ReactionEvent['op'],
  user: string,
): MessageEvent['reactions'] {
  const users = reactions[emoji] ?? [];
  if (users.includes(user) === (op === 'add')) return reactions;
  const next = op === 'add' ? [...users, user] : users.filter((id) => id !== user);
  const { [emoji]: _, ...others } = reactions;
  return next.length > 0 ? { ...reactions, [emoji]: next } : others;
}

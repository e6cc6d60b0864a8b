// What the lines of a conversation need to know, and what can be done at them.
import type { LogItem } from '@natter/client/room-log';
import { messageAt } from '@natter/client/room-log';
import type { MessageEvent, RoomView } from '@natter/contracts/events';
import { useMemo } from 'react';
import { useChat, useSession } from '../frame/natter-context.js';
import { whyNotDelete } from '../rooms/may.js';
import { useMemberNames } from '../rooms/use-member-names.js';
import { useStanding } from '../rooms/use-standing.js';

/** What leads away from the lines: to where one writes, to a question, to a thread. */
export interface PaneActions {
  reply: (message: MessageEvent) => void;
  edit: (message: MessageEvent) => void;
  /** Asks first. */
  remove: (message: MessageEvent) => void;
  /** Undefined in a thread: there is none within. */
  openThread?: (root: number) => void;
}

export interface RowActions extends PaneActions {
  me: string;
  /** One's own username, as it is mentioned. */
  username: string;
  nameOf: (user: { id: string; username: string }) => string;
  /** The message at a seq, if it is held. */
  messageAt: (seq: number) => MessageEvent | undefined;
  jumpTo: (seq: number) => void;
  /** Gives a reaction, or takes one's own back. */
  react: (message: MessageEvent, emoji: string) => void;
  whyNotDelete: (isMine: boolean) => string | undefined;
  retry: (id: string) => void;
  discard: (id: string) => void;
}

export function useRowActions(
  room: RoomView,
  items: readonly LogItem[],
  pane: PaneActions,
  jumpTo: (seq: number) => void,
): RowActions {
  const chat = useChat();
  const { me, outgoing } = chat;
  const session = useSession();
  const username = session.status === 'signed_in' ? session.account.username : '';
  const nameOf = useMemberNames(room.id);
  const { role } = useStanding(room);
  return useMemo(
    () => ({
      ...pane,
      me,
      username,
      nameOf,
      messageAt: (seq) => messageAt(items, seq),
      jumpTo,
      react: ({ seq, reactions }, emoji) =>
        outgoing.react(room.id, seq, emoji, reactions[emoji]?.includes(me) ? 'remove' : 'add'),
      whyNotDelete: (isMine) => whyNotDelete({ role, permissions: undefined }, isMine),
      retry: (id) => outgoing.retry(id),
      discard: (id) => outgoing.discard(id),
    }),
    [me, outgoing, username, nameOf, role, room.id, items, pane, jumpTo],
  );
}

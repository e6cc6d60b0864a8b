// What was said in a room.
import { emptyLog } from '@natter/client/room-log';
import type { RoomView } from '@natter/contracts/events';
import { useMemo } from 'react';
import { Empty, Skeleton } from '../frame/empty.js';
import { useChat, useChatState } from '../frame/natter-context.js';
import { byTarget } from '../store/pending-changes.js';
import { type Cursors, type Row, timeline } from '../store/timeline.js';
import { ExcerptDialog } from './excerpt-dialog.js';
import type { PaneActions } from './row-actions.js';
import { RowList } from './row-list.js';
import { useFound } from './use-found.js';

const nobody: ReadonlyMap<string, Cursors> = new Map();

/** What is on its way to a room, and how far its members have read. */
export function useOnItsWay(room: string) {
  const allPending = useChatState((state) => state.pending);
  const allChanges = useChatState((state) => state.changes);
  const cursors = useChatState((state) => state.cursors.get(room)) ?? nobody;
  const pending = useMemo(() => allPending.filter((message) => message.room === room), [allPending, room]);
  const changes = useMemo(() => byTarget(allChanges, room), [allChanges, room]);
  return { pending, changes, cursors };
}

export function MessageList({ room, pane }: { room: RoomView; pane: PaneActions }) {
  const chat = useChat();
  const log = useChatState((state) => state.logs.get(room.id)) ?? emptyLog;
  const newAfter = useChatState((state) => (state.openRoom === room.id ? state.newAfter : undefined));
  const { pending, changes, cursors } = useOnItsWay(room.id);
  const { items, hasOlder } = log;
  const rows = useMemo(
    () => timeline({ items, pending, changes, me: chat.me, newAfter, hasOlder, cursors }),
    [items, pending, changes, chat.me, newAfter, hasOlder, cursors],
  );
  const [found, forget] = useFound();
  const seen = (last: Row | 'newest') => {
    if (last === 'newest') return chat.read(room.id, room.last_seq);
    const lines = rows.slice(0, rows.indexOf(last) + 1);
    const said = lines.findLast((row) => row.kind === 'message' || row.kind === 'answer');
    if (said?.kind === 'message' || said?.kind === 'answer') chat.read(room.id, said.message.seq);
  };
  return (
    <>
      <RowList
        label="Messages"
        room={room}
        rows={rows}
        items={items}
        log={log}
        pane={pane}
        empty={
          log.status === 'ready' ? (
            <Empty title="Nothing said yet">Be the first: a hello is a good start.</Empty>
          ) : (
            <Loading />
          )
        }
        unread={room.unread}
        onRetry={() => void chat.pages.newest(room.id)}
        onOlder={() => void chat.pages.older(room.id)}
        onSeen={seen}
      />
      {found !== undefined && <ExcerptDialog room={room} seq={found} onClose={forget} />}
    </>
  );
}

export function Loading() {
  const phase = useChatState((state) => state.connection.phase);
  if (phase === 'waiting' || phase === 'stopped') {
    return <Empty title="Not on this device yet">These messages come as soon as there is a connection.</Empty>;
  }
  return <Skeleton lines={7} label="Loading messages" />;
}

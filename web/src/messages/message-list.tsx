// The conversation: only the lines in sight are drawn. It stays at the newest while one is there, and keeps its place when older
// lines come in above.
import { emptyLog, type RoomLog } from '@natter/client/room-log';
import type { MessageEvent, RoomView } from '@natter/contracts/events';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { Empty, Skeleton } from '../frame/empty.js';
import { DownIcon } from '../frame/icons.js';
import { useChat, useChatState } from '../frame/natter-context.js';
import { type Cursors, type Row, timeline } from '../store/timeline.js';
import { MessageRow, type RowActions } from './message-row.js';

/** Nearer to the top than this, older messages are fetched. */
const fetchWithinPx = 600;
/** This near to the bottom counts as being there. */
const endWithinPx = 48;
const nobody: ReadonlyMap<string, Cursors> = new Map();

export function MessageList({ room, onReply }: { room: RoomView; onReply: (message: MessageEvent) => void }) {
  const chat = useChat();
  const log = useChatState((state) => state.logs.get(room.id)) ?? emptyLog;
  const allPending = useChatState((state) => state.pending);
  const newAfter = useChatState((state) => (state.openRoom === room.id ? state.newAfter : undefined));
  const cursors = useChatState((state) => state.cursors.get(room.id)) ?? nobody;
  const rows = useMemo(() => {
    const pending = allPending.filter((message) => message.room === room.id);
    return timeline({ items: log.items, pending, me: chat.me, newAfter, hasOlder: log.hasOlder, cursors });
  }, [log.items, log.hasOlder, allPending, newAfter, cursors, chat.me, room.id]);

  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises here; its answers may change at any time
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'message' || rows[index]?.kind === 'pending' ? 58 : 44),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endWithinPx,
    paddingStart: 16,
    paddingEnd: 12,
  });
  const [isAtEnd, setAtEnd] = useState(true);
  useStartPlace(rows, (index) => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'start' });
    else virtualizer.scrollToEnd();
  });
  useReadCursor(room, rows, isAtEnd, virtualizer.range?.endIndex ?? -1);
  useOwnMessageInSight(rows, () => virtualizer.scrollToEnd());

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight <= endWithinPx);
    if (element.scrollTop < fetchWithinPx && log.older !== 'failed') void chat.pages.older(room.id);
  };
  const onGrown = useEffectEvent(onScroll);
  // Too few lines to scroll: fetch until there are enough, or no more.
  useEffect(() => onGrown(), [rows.length, log.older]);

  useResize(scroller, () => isAtEnd && virtualizer.scrollToEnd());

  const jumpTo = useCallback(
    (seq: number) => {
      const index = rows.findIndex((row) => row.kind === 'message' && row.message.seq === seq);
      if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' });
    },
    [rows, virtualizer],
  );
  const actions = useRowActions(room, log.items, onReply, jumpTo);

  if (log.status === 'failed') {
    return (
      <Empty
        isFault
        title="The messages did not come"
        actions={
          <button type="button" className="button primary" onClick={() => void chat.pages.newest(room.id)}>
            Try again
          </button>
        }
      >
        The server did not answer in time, or not well.
      </Empty>
    );
  }
  return (
    <div className="messages">
      <div
        ref={scroller}
        className="messages-scroller"
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label="Messages"
      >
        {log.status !== 'ready' && rows.length === 0 && <Loading />}
        {log.status === 'ready' && rows.length === 0 && (
          <Empty title="Nothing said yet">Be the first: a hello is a good start.</Empty>
        )}
        <div className="messages-space" role="list" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              role="listitem"
              className="message-place"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <MessageRow row={rows[item.index]!} actions={actions} />
            </div>
          ))}
        </div>
      </div>
      <Older log={log} retry={() => void chat.pages.older(room.id)} />
      {!isAtEnd && (
        <button type="button" className="to-newest" onClick={() => virtualizer.scrollToEnd()}>
          <DownIcon />
          {room.unread > 0 ? `${room.unread} new` : <span className="sr-only">To the newest message</span>}
        </button>
      )}
    </div>
  );
}

/** How it stands with the older messages. It lies above the list, which must not be moved by it. */
function Older({ log, retry }: { log: RoomLog; retry: () => void }) {
  if (log.older === 'loading') {
    return (
      <p className="older" role="status">
        <span className="spinner" aria-hidden="true" /> Older messages…
      </p>
    );
  }
  return (
    log.older === 'failed' && (
      <p className="older" role="alert">
        Older messages did not come.
        <button type="button" className="link-button" onClick={retry}>
          Try again
        </button>
      </p>
    )
  );
}

function Loading() {
  const phase = useChatState((state) => state.connection.phase);
  if (phase === 'waiting' || phase === 'stopped') {
    return (
      <Empty title="Not on this device yet">The messages of this room come as soon as there is a connection.</Empty>
    );
  }
  return <Skeleton lines={7} label="Loading messages" />;
}

/** Where one starts: at the «new» line if there is one, else (-1) at the newest. */
function useStartPlace(rows: Row[], start: (index: number) => void): void {
  const hasStarted = useRef(false);
  useEffect(() => {
    if (hasStarted.current || rows.length === 0) return;
    hasStarted.current = true;
    start(rows.findIndex((row) => row.kind === 'new'));
  });
}

/** Tells what has been seen: all that is in sight or above, while somebody looks. */
function useReadCursor(room: RoomView, rows: Row[], isAtEnd: boolean, lastInSight: number): void {
  const chat = useChat();
  const tell = useCallback(() => {
    if (document.visibilityState !== 'visible' || !document.hasFocus() || rows.length === 0) return;
    if (isAtEnd) return chat.read(room.id, room.last_seq);
    const seen = rows.slice(0, lastInSight + 1).findLast((row) => row.kind === 'message');
    if (seen?.kind === 'message') chat.read(room.id, seen.message.seq);
  }, [chat, room.id, room.last_seq, rows, isAtEnd, lastInSight]);
  useEffect(() => {
    tell();
    addEventListener('focus', tell);
    document.addEventListener('visibilitychange', tell);
    return () => {
      removeEventListener('focus', tell);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [tell]);
}

/** The room for the list changes with the window, the keyboard of a phone, and the height of what one writes. */
function useResize(scroller: RefObject<HTMLElement | null>, resized: () => void): void {
  const onResize = useEffectEvent(resized);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => onResize());
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
}

/** Whoever sends something wants to see it. */
function useOwnMessageInSight(rows: Row[], scrollToEnd: () => void): void {
  const last = rows.at(-1);
  const sent = last?.kind === 'pending' ? last.key : undefined;
  const show = useEffectEvent(scrollToEnd);
  useEffect(() => {
    if (sent !== undefined) show();
  }, [sent]);
}

function useRowActions(
  room: RoomView,
  items: readonly { type: string; seq: number }[],
  reply: (message: MessageEvent) => void,
  jumpTo: (seq: number) => void,
): RowActions {
  const chat = useChat();
  const members = useChatState((state) => state.members.get(room.id)?.items);
  return useMemo(() => {
    const names = new Map(members?.map(({ user }) => [user.id, user.display_name]));
    return {
      me: chat.me,
      nameOf: ({ id, username }) => names.get(id) || username,
      messageAt: (seq) => items.findLast((item): item is MessageEvent => item.seq === seq && item.type === 'message'),
      reply,
      jumpTo,
      retry: (id) => chat.retry(id),
      discard: (id) => chat.discard(id),
    };
  }, [chat, members, items, reply, jumpTo]);
}

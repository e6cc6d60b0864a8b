// The lines of a conversation: only those in sight are drawn. It stays at the newest while one is there, and keeps its place when older
// lines come in above.
import type { LogItem, RoomLog } from '@natter/client/room-log';
import type { RoomView } from '@natter/contracts/events';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { Empty } from '../frame/empty.js';
import { DownIcon } from '../frame/icons.js';
import type { Row } from '../store/timeline.js';
import { MessageRow } from './message-row.js';
import { type PaneActions, useRowActions } from './row-actions.js';

/** Nearer to the top than this, older messages are fetched. */
const fetchWithinPx = 600;
/** This near to the bottom counts as being there. */
const endWithinPx = 48;
/** What a line takes before it has been measured. */
const heights: Record<Row['kind'], number> = {
  message: 58,
  pending: 58,
  answer: 36,
  day: 44,
  new: 44,
  answers: 44,
  quiet: 44,
};

interface RowListProps {
  label: string;
  room: RoomView;
  rows: readonly Row[];
  items: readonly LogItem[];
  log: RoomLog;
  pane: PaneActions;
  /** In place of lines, while there are none. */
  empty: ReactNode;
  /** On the button that leads to the newest, while one is not there. */
  unread?: number;
  onRetry: () => void;
  onOlder: () => void;
  /** Somebody looks: at the newest, or at a line and all above it. */
  onSeen?: (last: Row | 'newest') => void;
}

export function RowList({ label, room, rows, items, log, pane, empty, unread = 0, ...told }: RowListProps) {
  const { onRetry, onOlder, onSeen } = told;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises here; its answers may change at any time
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heights[rows[index]?.kind ?? 'day'],
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
  const lastInSight = rows[virtualizer.range?.endIndex ?? -1];
  useSeen(scroller, rows.length > 0 && isAtEnd ? 'newest' : lastInSight, onSeen);
  useOwnMessageInSight(rows, () => virtualizer.scrollToEnd());

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight <= endWithinPx);
    if (element.scrollTop < fetchWithinPx && log.older !== 'failed') onOlder();
  };
  const onGrown = useEffectEvent(onScroll);
  // Too few lines to scroll: fetch until there are enough, or no more.
  useEffect(() => onGrown(), [rows.length, log.older]);

  useResize(scroller, () => isAtEnd && virtualizer.scrollToEnd());

  const jumpTo = useCallback(
    (seq: number) => {
      const index = rows.findIndex(
        (row) => (row.kind === 'message' || row.kind === 'answer') && row.message.seq === seq,
      );
      if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' });
    },
    [rows, virtualizer],
  );
  const actions = useRowActions(room, items, pane, jumpTo);

  if (log.status === 'failed') {
    return (
      <Empty
        isFault
        title="The messages did not come"
        actions={
          <button type="button" className="button primary" onClick={onRetry}>
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
        aria-label={label}
      >
        {rows.length === 0 && empty}
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
      <Older log={log} retry={onOlder} />
      {!isAtEnd && (
        <button type="button" className="to-newest" onClick={() => virtualizer.scrollToEnd()}>
          <DownIcon />
          {unread > 0 ? `${unread} new` : <span className="sr-only">To the newest message</span>}
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

/** Where one starts: at the «new» line if there is one, else (-1) at the newest. */
function useStartPlace(rows: readonly Row[], start: (index: number) => void): void {
  const hasStarted = useRef(false);
  useEffect(() => {
    if (hasStarted.current || rows.length === 0) return;
    hasStarted.current = true;
    start(rows.findIndex((row) => row.kind === 'new'));
  });
}

/** Tells what has been seen while somebody looks, and the page shows it. */
function useSeen(
  scroller: RefObject<HTMLElement | null>,
  last: Row | 'newest' | undefined,
  onSeen: ((last: Row | 'newest') => void) | undefined,
): void {
  const tell = useEffectEvent(() => {
    const isInSight = document.visibilityState === 'visible' && document.hasFocus();
    if (isInSight && last && scroller.current?.checkVisibility({ visibilityProperty: true })) onSeen?.(last);
  });
  // After each drawing: what is in sight may be another, and being told again costs nothing.
  useEffect(() => tell());
  useEffect(() => {
    const told = () => tell();
    addEventListener('focus', told);
    document.addEventListener('visibilitychange', told);
    return () => {
      removeEventListener('focus', told);
      document.removeEventListener('visibilitychange', told);
    };
  }, []);
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
function useOwnMessageInSight(rows: readonly Row[], scrollToEnd: () => void): void {
  const last = rows.at(-1);
  const sent = last?.kind === 'pending' ? last.key : undefined;
  const show = useEffectEvent(scrollToEnd);
  useEffect(() => {
    if (sent !== undefined) show();
  }, [sent]);
}

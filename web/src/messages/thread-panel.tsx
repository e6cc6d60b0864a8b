// A thread beside its room: the message it grew from, what was answered, and where one answers.
import { emptyLog } from '@natter/client/room-log';
import type { RoomView } from '@natter/contracts/events';
import { useEffect, useMemo, useRef } from 'react';
import { Empty } from '../frame/empty.js';
import { CloseIcon } from '../frame/icons.js';
import { useChat, useChatState } from '../frame/natter-context.js';
import { useReturnFocus } from '../frame/use-return-focus.js';
import { timeline } from '../store/timeline.js';
import { Loading, useOnItsWay } from './message-list.js';
import type { PaneActions } from './row-actions.js';
import { RowList } from './row-list.js';
import { useWriting, WritingPlace } from './writing.js';

interface ThreadPanelProps {
  room: RoomView;
  root: number;
  title: string;
  nameOf: (user: { id: string; username: string }) => string;
  onRemove: PaneActions['remove'];
  onClose: () => void;
}

export function ThreadPanel({ room, root, title, nameOf, onRemove, onClose }: ThreadPanelProps) {
  const chat = useChat();
  const closeButton = useRef<HTMLButtonElement>(null);
  useReturnFocus();
  useEffect(() => {
    // With a pointer it is where one answers that has the focus.
    if (!matchMedia('(hover: hover)').matches) closeButton.current?.focus();
  }, []);
  useEffect(() => {
    chat.thread.open(room.id, root);
    return () => chat.thread.close();
  }, [chat, room.id, root]);
  const thread = useChatState((state) => (state.thread?.root === root ? state.thread : undefined));
  const { pending, changes, cursors } = useOnItsWay(room.id);
  const { head, log = emptyLog } = thread ?? {};
  const items = useMemo(() => (head ? [head, ...log.items] : log.items), [head, log.items]);
  const rows = useMemo(
    () => timeline({ items, pending, changes, thread: root, me: chat.me, newAfter: undefined, cursors }),
    [items, pending, changes, root, chat.me, cursors],
  );
  const writing = useWriting();
  const { reply, edit } = writing;
  const pane = useMemo(() => ({ reply, edit, remove: onRemove }), [reply, edit, onRemove]);
  return (
    <aside className="panel thread" aria-label="Thread" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <header className="panel-header">
        <div className="chat-title">
          <h2>Thread</h2>
          <p className="facts clip" dir="auto">
            {title}
          </p>
        </div>
        <button ref={closeButton} type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {log.status === 'ready' && !head && (
        <p className="thread-note">The message this grew from was said before you came.</p>
      )}
      <RowList
        label="Messages of the thread"
        room={room}
        rows={rows}
        items={items}
        log={log}
        pane={pane}
        empty={log.status === 'ready' ? <Empty title="Nothing answered yet">Be the first.</Empty> : <Loading />}
        onRetry={() => void chat.thread.newest()}
        onOlder={() => void chat.thread.older()}
      />
      <WritingPlace room={room.id} thread={root} title={title} writing={writing} nameOf={nameOf} />
    </aside>
  );
}

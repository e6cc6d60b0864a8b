// A room: found by id or name, joined if one likes, and then its conversation.
import type { RoomView } from '@natter/contracts/events';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { PeopleIcon } from '../frame/icons.js';
import { useChat, useChatState } from '../frame/natter-context.js';
import { useTitle } from '../frame/use-title.js';
import { RoomPanel } from '../rooms/room-panel.js';
import { useMemberNames } from '../rooms/use-member-names.js';
import { titleOf } from '../store/room-view.js';
import { ChatHeader } from './chat-header.js';
import { DeleteMessageDialog } from './delete-message-dialog.js';
import { MessageList } from './message-list.js';
import { StrangerPage } from './stranger-page.js';
import { ThreadPanel } from './thread-panel.js';
import { useDeleting } from './use-deleting.js';
import { useWriting, WritingPlace } from './writing.js';

export function ChatPage({ room: ref }: { room: string }) {
  const name = ref.toLowerCase();
  const room = useChatState(({ rooms }) => rooms.get(name) ?? [...rooms.values()].find((room) => room.name === name));
  const invite = new URLSearchParams(useSearch()).get('invite');
  const [, go] = useLocation();
  const isIn = room !== undefined;
  // Who is in does not need it any more, and would hand it on with the address.
  useEffect(() => {
    if (isIn && invite !== null) go(`/chat/${encodeURIComponent(ref)}`, { replace: true });
  }, [isIn, invite, ref, go]);
  return room ? (
    <Chat key={room.id} room={room} />
  ) : (
    <StrangerPage key={name} name={name} invite={invite ?? undefined} />
  );
}

function Chat({ room }: { room: RoomView }) {
  const chat = useChat();
  const [beside, setBeside] = useState<'about' | { thread: number }>();
  const deleting = useDeleting();
  const writing = useWriting();
  const nameOf = useMemberNames(room.id);
  const isOpen = useChatState((state) => state.openRoom === room.id);
  const heard = useChatState((state) => state.heard);
  const title = titleOf(room);
  useTitle(title, room.unread);
  useEffect(() => {
    chat.open(room.id);
    return () => chat.close(room.id);
  }, [chat, room.id]);
  const close = useCallback(() => setBeside(undefined), []);
  const { reply, edit } = writing;
  const { ask: remove } = deleting;
  const pane = useMemo(
    () => ({ reply, edit, remove, openThread: (thread: number) => setBeside({ thread }) }),
    [reply, edit, remove],
  );
  return (
    <div className={`chat ${beside ? 'with-panel' : ''} ${typeof beside === 'object' ? 'with-thread' : ''}`}>
      <section className="conversation" aria-label={title}>
        <ChatHeader title={title} room={room}>
          <button
            type="button"
            className="icon-button"
            aria-label={room.kind === 'dm' ? 'About this conversation' : 'About this room, and its members'}
            aria-expanded={beside === 'about'}
            title="Members"
            onClick={() => setBeside(beside === 'about' ? undefined : 'about')}
          >
            <PeopleIcon />
          </button>
        </ChatHeader>
        {isOpen ? <MessageList room={room} pane={pane} /> : <div className="messages" />}
        <p className="sr-only" aria-live="polite">
          {heard}
        </p>
        <WritingPlace room={room.id} title={title} writing={writing} nameOf={nameOf} />
      </section>
      {beside === 'about' && <RoomPanel room={room} onClose={close} />}
      {typeof beside === 'object' && (
        <ThreadPanel
          key={beside.thread}
          room={room}
          root={beside.thread}
          title={title}
          nameOf={nameOf}
          onRemove={remove}
          onClose={close}
        />
      )}
      {deleting.message && <DeleteMessageDialog room={room.id} message={deleting.message} onClose={deleting.close} />}
    </div>
  );
}

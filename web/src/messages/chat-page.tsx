// A room: found by id or name, joined if one likes, and then its conversation.
import type { MessageEvent, RoomDetails, RoomView } from '@natter/contracts/events';
import { useCallback, useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { Empty, Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { BackIcon, HashIcon, LockIcon, PeopleIcon } from '../frame/icons.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { useTitle } from '../frame/use-title.js';
import { InvitedPage } from '../rooms/invited-page.js';
import { RoomPanel } from '../rooms/room-panel.js';
import { RoomFacts } from '../rooms/rooms-page.js';
import { titleOf } from '../store/room-view.js';
import { Composer } from './composer.js';
import { MessageList } from './message-list.js';

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
  return room ? <Chat key={room.id} room={room} /> : <Stranger key={name} name={name} invite={invite ?? undefined} />;
}

function Chat({ room }: { room: RoomView }) {
  const chat = useChat();
  const [isPanelOpen, setPanelOpen] = useState(false);
  const [replyTo, setReplyTo] = useState<MessageEvent>();
  const members = useChatState((state) => state.members.get(room.id)?.items);
  const isOpen = useChatState((state) => state.openRoom === room.id);
  const heard = useChatState((state) => state.heard);
  const title = titleOf(room);
  useTitle(title, room.unread);
  useEffect(() => {
    chat.open(room.id);
    return () => chat.close(room.id);
  }, [chat, room.id]);
  const closePanel = useCallback(() => setPanelOpen(false), []);
  const reply = useCallback((message: MessageEvent) => setReplyTo(message), []);
  const nameOf = ({ id, username }: { id: string; username: string }) =>
    members?.find(({ user }) => user.id === id)?.user.display_name || username;
  return (
    <div className={`chat ${isPanelOpen ? 'with-panel' : ''}`}>
      <section className="conversation" aria-label={title}>
        <header className="chat-header">
          <Link href="/rooms" className="icon-button back" aria-label="Back to your rooms">
            <BackIcon />
          </Link>
          <div className="chat-title">
            <h1 className="clip" dir="auto">
              <RoomIcon room={room} />
              {title}
            </h1>
            <RoomFacts room={room} />
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label={room.kind === 'dm' ? 'About this conversation' : 'About this room, and its members'}
            aria-expanded={isPanelOpen}
            title="Members"
            onClick={() => setPanelOpen(!isPanelOpen)}
          >
            <PeopleIcon />
          </button>
        </header>
        {isOpen ? <MessageList room={room} onReply={reply} /> : <div className="messages" />}
        <p className="sr-only" aria-live="polite">
          {heard}
        </p>
        <Composer
          key={room.id}
          room={room.id}
          title={title}
          replyTo={replyTo}
          nameOf={nameOf}
          onReplied={() => setReplyTo(undefined)}
        />
      </section>
      {isPanelOpen && <RoomPanel room={room} onClose={closePanel} />}
    </div>
  );
}

function RoomIcon({ room }: { room: RoomView }) {
  if (room.kind === 'dm') return null;
  return room.visibility === 'private' ? <LockIcon className="small" /> : <HashIcon className="small" />;
}

/** A room that is not among one's own: perhaps it can be joined, perhaps it does not exist. */
function Stranger({ name, invite }: { name: string; invite: string | undefined }) {
  const { rest } = useNatter();
  const hasRooms = useChatState((state) => state.hasRooms);
  const found = usePage(hasRooms ? name : undefined, (ref) => rest.room(ref));
  useTitle(found.value ? titleOf(found.value) : 'Room');
  if (found.value) return <Invitation room={found.value} />;
  if (found.error && invite !== undefined) return <InvitedPage room={name} invite={invite} />;
  if (!found.error) return <Skeleton lines={7} label="Looking for the room" />;
  return (
    <div className="page">
      <Empty
        isFault
        title="No such room for you"
        actions={
          <>
            <Link href="/rooms" className="button primary">
              Your rooms
            </Link>
            <Link href="/search" className="button">
              Find a room
            </Link>
            <button type="button" className="button" onClick={found.reload}>
              Try again
            </button>
          </>
        }
      >
        {found.error} If it is private, somebody in it has to add you.
      </Empty>
    </div>
  );
}

function Invitation({ room }: { room: RoomDetails }) {
  const chat = useChat();
  const { isBusy, error, run } = useAction();
  return (
    <div className="page">
      <Empty
        title={titleOf(room)}
        actions={
          <>
            <button
              type="button"
              className="button primary"
              aria-disabled={isBusy}
              onClick={() => void run(() => chat.joinRoom(room.id))}
            >
              {isBusy && <span className="spinner" aria-hidden="true" />}
              Join the room
            </button>
            <FormError error={error} />
          </>
        }
      >
        {room.topic || 'You are not in this room yet.'}{' '}
        {room.members === 1 ? 'One member is' : `${room.members} members are`} there.
      </Empty>
    </div>
  );
}

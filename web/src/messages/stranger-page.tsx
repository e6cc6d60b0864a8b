// A room that is not among one's own: perhaps it can be joined, perhaps it does not exist.
import type { RoomDetails } from '@natter/contracts/events';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Empty, Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { useTitle } from '../frame/use-title.js';
import { InvitedPage } from '../rooms/invited-page.js';
import { titleOf } from '../store/room-view.js';
import { ChatHeader } from './chat-header.js';

export function StrangerPage({ name, invite }: { name: string; invite: string | undefined }) {
  const { rest } = useNatter();
  const hasRooms = useChatState((state) => state.hasRooms);
  const found = usePage(hasRooms ? name : undefined, (ref) => rest.room(ref));
  useTitle(found.value ? titleOf(found.value) : 'Room');
  if (found.value) return <Invitation room={found.value} />;
  if (found.error && invite !== undefined)
    return (
      <Outside title="Invitation">
        <InvitedPage room={name} invite={invite} />
      </Outside>
    );
  if (!found.error)
    return (
      <Outside title="Room">
        <Skeleton lines={7} label="Looking for the room" />
      </Outside>
    );
  return (
    <Outside title="Room">
      <Empty
        isFault
        title="No such room for you"
        actions={
          <>
            <Link href="/rooms" className="button primary">
              Your rooms
            </Link>
            <Link href="/search?in=rooms" className="button">
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
    </Outside>
  );
}

/** Where a conversation would be. */
function Outside({ title, room, children }: { title: string; room?: RoomDetails; children: ReactNode }) {
  return (
    <section className="conversation" aria-label={title}>
      <ChatHeader title={title} room={room} />
      {children}
    </section>
  );
}

function Invitation({ room }: { room: RoomDetails }) {
  const chat = useChat();
  const { isBusy, error, run } = useAction();
  return (
    <Outside title={titleOf(room)} room={room}>
      <Empty
        title="You are not in this room yet"
        actions={
          <>
            <button
              type="button"
              className="button primary"
              aria-disabled={isBusy}
              onClick={() => void run(() => chat.membership.join(room.id))}
            >
              {isBusy && <span className="spinner" aria-hidden="true" />}
              Join the room
            </button>
            <FormError error={error} />
          </>
        }
      >
        {room.topic || 'It is open to everyone: join it to read along, and to write.'}
      </Empty>
    </Outside>
  );
}

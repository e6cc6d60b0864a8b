// A room that is not among one's own: perhaps it can be joined, perhaps it does not exist.
import type { RoomDetails } from '@natter/contracts/events';
import { Link } from 'wouter';
import { Empty, Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { useTitle } from '../frame/use-title.js';
import { InvitedPage } from '../rooms/invited-page.js';
import { titleOf } from '../store/room-view.js';

export function StrangerPage({ name, invite }: { name: string; invite: string | undefined }) {
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
              onClick={() => void run(() => chat.membership.join(room.id))}
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

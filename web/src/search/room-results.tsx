// Rooms found by name or title, and joining them.
import type { RoomView } from '@natter/contracts/events';
import { Link, useLocation } from 'wouter';
import { Empty, Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { chatPath, RoomAvatar } from '../rooms/room-list.js';
import { RoomFacts } from '../rooms/rooms-page.js';
import { titleOf } from '../store/room-view.js';
import { SearchFault } from './search-fault.js';

export function RoomResults({ asked }: { asked: string }) {
  const { rest } = useNatter();
  const found = usePage(asked || undefined, (q) => rest.searchRooms(q));
  return (
    <div aria-live="polite">
      {found.isLoading && <Skeleton lines={4} label="Searching" />}
      {found.error && <SearchFault error={found.error} retry={found.reload} />}
      {!asked && (
        <Empty title="What would you like to talk about?">
          Rooms that are open to everyone turn up here as you type.
        </Empty>
      )}
      {found.value?.items.length === 0 && (
        <Empty
          title={`No room for «${asked}»`}
          actions={
            <Link href="/rooms" className="button">
              Make one
            </Link>
          }
        >
          Try fewer letters. Private rooms of others are not shown; for what was said, look under Messages.
        </Empty>
      )}
      <ul className="room-cards">
        {found.value?.items.map((room) => (
          <li key={room.id} className="room-card">
            <FoundRoom room={room} />
          </li>
        ))}
      </ul>
      {found.value?.next && <p className="hint">There are more. Type a little more to narrow it down.</p>}
    </div>
  );
}

function FoundRoom({ room }: { room: RoomView }) {
  const chat = useChat();
  const [, go] = useLocation();
  const isMember = useChatState((state) => state.rooms.has(room.id));
  const { isBusy, error, run } = useAction();
  const join = () => void run(async () => go(chatPath(await chat.membership.join(room.id))));
  return (
    <>
      <span className="room-card-link">
        <RoomAvatar room={room} />
        <span className="room-card-words">
          <span className="room-card-title clip" dir="auto">
            {titleOf(room)}
          </span>
          <RoomFacts room={room} />
          {error && <FormError error={error} />}
        </span>
      </span>
      {isMember ? (
        <Link href={chatPath(room)} className="button small" aria-label={`Open ${titleOf(room)}`}>
          Open
        </Link>
      ) : (
        <button
          type="button"
          className="button small primary"
          aria-disabled={isBusy}
          aria-label={`Join ${titleOf(room)}`}
          onClick={join}
        >
          Join
        </button>
      )}
    </>
  );
}

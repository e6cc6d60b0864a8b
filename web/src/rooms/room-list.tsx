// The side list: one's rooms, those with something new first.
import { Link, useLocation } from 'wouter';
import type { RoomView } from '@natter/contracts/events';
import { Avatar } from '../frame/avatar.js';
import { Skeleton } from '../frame/empty.js';
import { BellOffIcon, LockIcon } from '../frame/icons.js';
import { useChatState } from '../frame/natter-context.js';
import { Presence, statusWords } from '../frame/presence.js';
import { inOrder, isQuiet, titleOf } from '../store/room-view.js';
import { useOther } from './use-other.js';

export const chatPath = (room: Pick<RoomView, 'id' | 'name'>): string =>
  `/chat/${encodeURIComponent(room.name ?? room.id)}`;

export function RoomList() {
  const rooms = useChatState((state) => state.rooms);
  const hasRooms = useChatState((state) => state.hasRooms);
  if (!hasRooms) return <Skeleton lines={5} label="Loading your rooms" />;
  return (
    <nav className="room-list" aria-label="Your rooms">
      {rooms.size === 0 && (
        <p className="room-list-empty">
          No rooms yet. <Link href="/search?in=rooms">Find one</Link>, or <Link href="/rooms">make one</Link>.
        </p>
      )}
      <ul>
        {inOrder(rooms).map((room) => (
          <li key={room.id}>
            <RoomLink room={room} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function RoomLink({ room }: { room: RoomView }) {
  const [path] = useLocation();
  const isCurrent = path === chatPath(room) || path === `/chat/${room.id}`;
  const title = titleOf(room);
  const other = useOther(room);
  return (
    <Link
      href={chatPath(room)}
      className={`room-link ${isCurrent ? 'active' : ''} ${room.unread > 0 ? 'unread' : ''}`}
      aria-current={isCurrent ? 'page' : undefined}
    >
      <Presence status={other?.status ?? 'offline'}>
        <RoomAvatar room={room} />
      </Presence>
      <span className="clip" dir="auto">
        {title}
      </span>
      {other && other.status !== 'offline' && <span className="sr-only">, {statusWords[other.status]}</span>}
      {isQuiet(room) && <BellOffIcon className="small" />}
      {room.visibility === 'private' && room.kind === 'room' && <LockIcon className="small" />}
      <Unread room={room} />
    </Link>
  );
}

/** A direct conversation looks like the other one. */
export function RoomAvatar({ room }: { room: RoomView }) {
  const { id, avatar } = room.peer ?? { id: room.id, avatar: null };
  return <Avatar id={id} name={titleOf(room)} picture={avatar} isRoom={room.kind === 'room'} />;
}

export function Unread({ room }: { room: RoomView }) {
  if (room.unread === 0) return null;
  const kind = isQuiet(room) ? 'badge-quiet' : room.mentions > 0 ? 'badge-mention' : '';
  return (
    <span className={`badge ${kind}`}>
      {room.mentions > 0 && '@'}
      {room.unread > 99 ? '99+' : room.unread}
      <span className="sr-only">{room.mentions > 0 ? ' unread, some for you' : ' unread'}</span>
    </span>
  );
}

// One's own rooms: open, create, leave, delete.
import type { RoomView } from '@natter/contracts/events';
import { useState } from 'react';
import { Link } from 'wouter';
import { Avatar } from '../frame/avatar.js';
import { Empty, Skeleton } from '../frame/empty.js';
import { PlusIcon } from '../frame/icons.js';
import { useChatState, useSession } from '../frame/natter-context.js';
import { statusWords } from '../frame/presence.js';
import { useTitle } from '../frame/use-title.js';
import { inOrder, titleOf } from '../store/room-view.js';
import { CreateRoomDialog } from './create-room-dialog.js';
import { DeleteDialog, LeaveDialog } from './leave-dialogs.js';
import { chatPath, Unread } from './room-list.js';
import { useOther } from './use-other.js';

export function RoomsPage() {
  const rooms = useChatState((state) => state.rooms);
  const hasRooms = useChatState((state) => state.hasRooms);
  const session = useSession();
  const mayCreate = session.status !== 'signed_in' || session.account.permissions?.includes('create_room') !== false;
  const [isCreating, setCreating] = useState(false);
  const [asking, setAsking] = useState<{ room: RoomView; what: 'leave' | 'delete' }>();
  const unread = [...rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  useTitle('Your rooms', unread);
  const close = () => setAsking(undefined);
  const create = mayCreate && (
    <button type="button" className="button primary" onClick={() => setCreating(true)}>
      <PlusIcon /> New room
    </button>
  );
  return (
    <div className="page">
      <header className="page-header">
        <h1>Your rooms</h1>
        {create}
      </header>
      {!hasRooms && <Skeleton lines={6} label="Loading your rooms" />}
      {hasRooms && rooms.size === 0 && (
        <Empty
          title="It is quiet here"
          actions={
            <>
              {create}
              <Link href="/search" className="button">
                Find a room
              </Link>
            </>
          }
        >
          Make a room for the people you talk with, or join one that is there.
        </Empty>
      )}
      <ul className="room-cards">
        {inOrder(rooms).map((room) => (
          <li key={room.id} className="room-card">
            <RoomCard room={room} />
            {room.kind === 'room' && (
              <button
                type="button"
                className={`button small quiet ${room.role === 'owner' ? 'danger-text' : ''}`}
                aria-label={`${room.role === 'owner' ? 'Delete' : 'Leave'} ${titleOf(room)}`}
                onClick={() => setAsking({ room, what: room.role === 'owner' ? 'delete' : 'leave' })}
              >
                {room.role === 'owner' ? 'Delete' : 'Leave'}
              </button>
            )}
          </li>
        ))}
      </ul>
      {isCreating && <CreateRoomDialog onClose={() => setCreating(false)} />}
      {asking?.what === 'leave' && <LeaveDialog room={asking.room} onDone={close} onClose={close} />}
      {asking?.what === 'delete' && <DeleteDialog room={asking.room} onDone={close} onClose={close} />}
    </div>
  );
}

function RoomCard({ room }: { room: RoomView }) {
  const title = titleOf(room);
  return (
    <Link href={chatPath(room)} className="room-card-link">
      <Avatar id={room.id} name={title} isRoom={room.kind === 'room'} />
      <span className="room-card-words">
        <span className="room-card-title clip" dir="auto">
          {title}
        </span>
        <RoomFacts room={room} />
      </span>
      <Unread room={room} />
    </Link>
  );
}

/** Name, who may come in, how many are there, what one is there; of a direct conversation, whether the other is. */
export function RoomFacts({ room }: { room: RoomView }) {
  const other = useOther(room);
  const facts = [
    room.name && `#${room.name}`,
    room.kind === 'dm' ? 'direct' : room.visibility,
    room.kind === 'dm'
      ? other && statusWords[other.status]
      : `${room.members} ${room.members === 1 ? 'member' : 'members'}`,
    room.role && room.role !== 'member' && `you are ${room.role}`,
  ];
  return <span className="facts clip">{facts.filter(Boolean).join(' · ')}</span>;
}

// One's own rooms: open, create, leave, delete.
import type { RoomView } from '@natter/contracts/events';
import { useState } from 'react';
import { Link } from 'wouter';
import { Empty, Skeleton } from '../frame/empty.js';
import { MessageIcon, PlusIcon } from '../frame/icons.js';
import { useChatState } from '../frame/natter-context.js';
import { statusWords } from '../frame/presence.js';
import { useTitle } from '../frame/use-title.js';
import { inOrder, isQuiet, titleOf } from '../store/room-view.js';
import { CreateRoomDialog } from './create-room-dialog.js';
import { DeleteDialog, LeaveDialog } from './leave-dialogs.js';
import { NewDmDialog } from './new-dm-dialog.js';
import { chatPath, RoomAvatar, Unread } from './room-list.js';
import { whyNotCreateRoom } from './may.js';
import { useOther } from './use-other.js';
import { useStanding } from './use-standing.js';
import { quietText } from './words.js';

export function RoomsPage() {
  const rooms = useChatState((state) => state.rooms);
  const hasRooms = useChatState((state) => state.hasRooms);
  const whyNotCreate = whyNotCreateRoom(useStanding({ role: null }));
  const [isCreating, setCreating] = useState(false);
  const [isWriting, setWriting] = useState(false);
  const [asking, setAsking] = useState<{ room: RoomView; what: 'leave' | 'delete' }>();
  const unread = [...rooms.values()].reduce((sum, room) => sum + (isQuiet(room) ? 0 : room.unread), 0);
  useTitle('Your rooms', unread);
  const close = () => setAsking(undefined);
  const create = (
    <button
      type="button"
      className="button primary"
      aria-disabled={whyNotCreate !== undefined}
      title={whyNotCreate}
      onClick={() => whyNotCreate === undefined && setCreating(true)}
    >
      <PlusIcon /> New room
    </button>
  );
  return (
    <div className="page">
      <header className="page-header">
        <h1>Your rooms</h1>
        <span className="page-actions">
          <button type="button" className="button" onClick={() => setWriting(true)}>
            <MessageIcon /> New message
          </button>
          {create}
        </span>
      </header>
      {whyNotCreate && <p className="hint page-hint">{whyNotCreate}</p>}
      {!hasRooms && <Skeleton lines={6} label="Loading your rooms" />}
      {hasRooms && rooms.size === 0 && (
        <Empty
          title="It is quiet here"
          actions={
            <>
              {create}
              <Link href="/search?in=rooms" className="button">
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
      {isWriting && <NewDmDialog onClose={() => setWriting(false)} />}
      {asking?.what === 'leave' && <LeaveDialog room={asking.room} onDone={close} onClose={close} />}
      {asking?.what === 'delete' && <DeleteDialog room={asking.room} onDone={close} onClose={close} />}
    </div>
  );
}

function RoomCard({ room }: { room: RoomView }) {
  const title = titleOf(room);
  return (
    <Link href={chatPath(room)} className="room-card-link">
      <RoomAvatar room={room} />
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
    ...(room.kind === 'dm'
      ? [other && `@${other.user.username}`, other && statusWords[other.status], 'only the two of you']
      : [
          room.name && `#${room.name}`,
          room.visibility,
          `${room.members} ${room.members === 1 ? 'member' : 'members'}`,
        ]),
    room.role && room.role !== 'member' && `you are ${room.role}`,
    quietText(room)?.toLowerCase(),
  ];
  return <span className="facts clip">{facts.filter(Boolean).join(' · ')}</span>;
}

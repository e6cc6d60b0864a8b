// Above a room, joined or not: on a phone the way back, what it is called, and what goes with it.
import type { RoomView } from '@natter/contracts/events';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { BackIcon, HashIcon, LockIcon } from '../frame/icons.js';
import { RoomFacts } from '../rooms/rooms-page.js';

interface ChatHeaderProps {
  title: string;
  /** Undefined: nothing is known of it. */
  room: RoomView | undefined;
  /** Beside the title. */
  children?: ReactNode;
}

export function ChatHeader({ title, room, children }: ChatHeaderProps) {
  return (
    <header className="chat-header">
      <Link href="/rooms" className="icon-button back" aria-label="Back to your rooms">
        <BackIcon />
      </Link>
      <div className="chat-title">
        <h1 className="clip" dir="auto">
          {room?.kind === 'room' && <RoomIcon room={room} />}
          {title}
        </h1>
        {room && <RoomFacts room={room} />}
      </div>
      {children}
    </header>
  );
}

const RoomIcon = ({ room }: { room: RoomView }) =>
  room.visibility === 'private' ? <LockIcon className="small" /> : <HashIcon className="small" />;

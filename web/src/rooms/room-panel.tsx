// Beside the chat: what the room is, who is in it, and the way out.
import type { MemberView } from '@natter/client/rest';
import type { RoomView } from '@natter/contracts/events';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Avatar } from '../frame/avatar.js';
import { Skeleton } from '../frame/empty.js';
import { CloseIcon } from '../frame/icons.js';
import { Presence, statusWords } from '../frame/presence.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { usePage } from '../frame/use-page.js';
import { memberPageSize } from '../store/pages.js';
import { DeleteDialog, LeaveDialog } from './leave-dialogs.js';
import { RoomFacts } from './rooms-page.js';

export function RoomPanel({ room, onClose }: { room: RoomView; onClose: () => void }) {
  const { rest } = useNatter();
  const [, go] = useLocation();
  const [asking, setAsking] = useState<'leave' | 'delete'>();
  const details = usePage(room.id, (id) => rest.room(id));
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => closeButton.current?.focus(), []);
  const left = () => go('/rooms');
  return (
    <aside
      className="panel"
      aria-label="About this room"
      onKeyDown={(event) => event.key === 'Escape' && asking === undefined && onClose()}
    >
      <header className="panel-header">
        <h2>About this room</h2>
        <button ref={closeButton} type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <div className="panel-body">
        {details.value?.topic && (
          <p className="topic" dir="auto">
            {details.value.topic}
          </p>
        )}
        <RoomFacts room={room} />
        <h3>Members</h3>
        <Members room={room} />
        {room.kind === 'room' && (
          <p className="panel-actions">
            {room.role === 'owner' ? (
              <button type="button" className="button danger-text" onClick={() => setAsking('delete')}>
                Delete room
              </button>
            ) : (
              <button type="button" className="button" onClick={() => setAsking('leave')}>
                Leave room
              </button>
            )}
          </p>
        )}
      </div>
      {asking === 'leave' && <LeaveDialog room={room} onDone={left} onClose={() => setAsking(undefined)} />}
      {asking === 'delete' && <DeleteDialog room={room} onDone={left} onClose={() => setAsking(undefined)} />}
    </aside>
  );
}

/** What is told of others may get lost: while the list is in sight, it is asked for again. */
const askAgainMs = 60_000;

function Members({ room }: { room: RoomView }) {
  const chat = useChat();
  const members = useChatState((state) => state.members.get(room.id));
  const presence = useChatState((state) => state.presence);
  const statusOf = ({ user, status }: MemberView) =>
    user.id === chat.me ? 'online' : (presence.get(user.id) ?? status);
  const askAgain = useEffectEvent(() => {
    // A list that was drawn out by hand would fold up again.
    const isWhole = (members?.items.length ?? 0) <= memberPageSize;
    if (isWhole && document.visibilityState === 'visible') void chat.pages.members(room.id);
  });
  useEffect(() => {
    void chat.pages.members(room.id);
    const timer = setInterval(() => askAgain(), askAgainMs);
    return () => clearInterval(timer);
  }, [chat, room.id]);
  if (!members || (members.status === 'loading' && members.items.length === 0)) {
    return <Skeleton lines={4} label="Loading members" />;
  }
  return (
    <>
      <ul className="members">
        {members.items.map((member) => (
          <li key={member.user.id}>
            <Presence status={statusOf(member)}>
              <Avatar id={member.user.id} name={member.user.display_name || member.user.username} />
            </Presence>
            <span className="member-words">
              <span className="clip" dir="auto">
                {member.user.display_name || member.user.username}
                {member.user.id === chat.me && ' (you)'}
              </span>
              <span className="facts clip">
                @{member.user.username} · {statusWords[statusOf(member)]}
              </span>
            </span>
            {member.role !== 'member' && <span className="role">{member.role}</span>}
          </li>
        ))}
      </ul>
      {members.status === 'failed' && <p className="form-error">The list did not come.</p>}
      {(members.next || members.status === 'failed') && (
        <button
          type="button"
          className="button small"
          aria-disabled={members.status === 'loading'}
          onClick={() => void chat.pages.members(room.id, members.next !== null)}
        >
          {members.status === 'failed' ? 'Try again' : 'Show more'}
        </button>
      )}
    </>
  );
}

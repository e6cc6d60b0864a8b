// Who is in a room, and what can be done about each of them.
import type { MemberView } from '@natter/client/rest';
import type { RoomView } from '@natter/contracts/events';
import { useEffect, useEffectEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { Skeleton } from '../frame/empty.js';
import { MoreIcon } from '../frame/icons.js';
import { Menu, type MenuItem } from '../frame/menu.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { statusWords } from '../frame/presence.js';
import { errorText } from '../store/error-text.js';
import { memberPageSize } from '../store/pages.js';
import { nameOf } from '../store/room-view.js';
import { whyNotChangeRoles, whyNotRemove } from './may.js';
import { type MemberDeed, MemberDialog } from './member-dialogs.js';
import { Person } from './people-search.js';
import { chatPath } from './room-list.js';
import { useStanding } from './use-standing.js';
import { roleWords } from './words.js';

/** What is told of others may get lost: while the list is in sight, it is asked for again. */
const askAgainMs = 60_000;

export function MemberList({ room }: { room: RoomView }) {
  const chat = useChat();
  const members = useChatState((state) => state.members.get(room.id));
  const [deed, setDeed] = useState<{ member: MemberView; what: MemberDeed }>();
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
      <ul className="people members" aria-label="Members">
        {members.items.map((member) => (
          <li key={member.user.id}>
            <Person
              user={member.user}
              status={statusOf(member)}
              note={`${member.user.id === chat.me ? ' · you' : ''} · ${statusWords[statusOf(member)]}`}
            />
            {member.role !== 'member' && <span className="role">{roleWords[member.role]}</span>}
            {member.user.id !== chat.me && (
              <MemberMenu room={room} member={member} onAsk={(what) => setDeed({ member, what })} />
            )}
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
      {deed && <MemberDialog room={room} {...deed} onClose={() => setDeed(undefined)} />}
    </>
  );
}

interface MemberMenuProps {
  room: RoomView;
  member: MemberView;
  onAsk: (what: MemberDeed) => void;
}

function MemberMenu({ room, member, onAsk }: MemberMenuProps) {
  const chat = useChat();
  const { rest } = useNatter();
  const [, go] = useLocation();
  const standing = useStanding(room);
  const { user, role } = member;
  const name = nameOf(user);
  const attempt = (work: () => Promise<unknown>) =>
    void work().catch((error: unknown) => chat.notice(errorText(error)));
  const write = () => attempt(async () => go(chatPath(await chat.membership.openDm(user.id))));
  const whyNotRoles = whyNotChangeRoles(standing);
  const whyNot = whyNotRemove(standing, role);
  const other = role === 'admin' ? 'member' : 'admin';
  const items: MenuItem[] = [];
  if (room.kind === 'room') {
    items.push({ label: `Write to ${name}`, run: write });
    if (role !== 'owner') {
      const setRole = () => attempt(() => rest.setRole(room.id, user.id, other));
      items.push(
        { label: other === 'admin' ? 'Make admin' : 'Make an ordinary member', run: setRole, whyNot: whyNotRoles },
        { label: 'Hand the room over…', run: () => onAsk('hand_over'), whyNot: whyNotRoles },
      );
    }
    items.push(
      { label: 'Remove from the room…', run: () => onAsk('remove'), whyNot, isDanger: true },
      { label: 'Ban…', run: () => onAsk('ban'), whyNot, isDanger: true },
    );
  }
  if (items.length === 0) return null;
  return (
    <Menu label={`More about ${name}`} items={items}>
      <MoreIcon />
    </Menu>
  );
}

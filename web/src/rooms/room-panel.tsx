// Beside the chat: what the room is, who is in it, and what one may do about both.
import type { RoomView } from '@natter/contracts/events';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { AddPersonIcon, BellIcon, BellOffIcon, CloseIcon, LinkIcon, SettingsIcon } from '../frame/icons.js';
import { useChat, useChatState } from '../frame/natter-context.js';
import { useReturnFocus } from '../frame/use-return-focus.js';
import { isQuiet } from '../store/room-view.js';
import { AddPeopleDialog } from './add-people-dialog.js';
import { BanList } from './ban-list.js';
import { InviteDialog } from './invite-dialog.js';
import { DeleteDialog, LeaveDialog } from './leave-dialogs.js';
import { whyNotChangeRoom, whyNotInvite } from './may.js';
import { MemberList } from './member-list.js';
import { PreferencesDialog } from './preferences-dialog.js';
import { RoomSettingsDialog } from './room-settings-dialog.js';
import { RoomFacts } from './rooms-page.js';
import { useStanding } from './use-standing.js';
import { quietText } from './words.js';

type Asking = 'leave' | 'delete' | 'add' | 'invite' | 'settings' | 'preferences';

export function RoomPanel({ room, onClose }: { room: RoomView; onClose: () => void }) {
  const chat = useChat();
  const [, go] = useLocation();
  const [asking, setAsking] = useState<Asking>();
  const settings = useChatState((state) => state.settings.get(room.id));
  const closeButton = useRef<HTMLButtonElement>(null);
  useReturnFocus();
  useEffect(() => closeButton.current?.focus(), []);
  useEffect(() => void chat.pages.settings(room.id).catch(() => {}), [chat, room.id]); // the panel does without
  const left = () => go('/rooms');
  const close = () => setAsking(undefined);
  const isRoom = room.kind === 'room';
  return (
    <aside
      className="panel"
      aria-label={isRoom ? 'About this room' : 'About this conversation'}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header className="panel-header">
        <h2>{isRoom ? 'About this room' : 'About this conversation'}</h2>
        <button ref={closeButton} type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <div className="panel-body">
        {settings?.topic && (
          <p className="topic" dir="auto">
            {settings.topic}
          </p>
        )}
        <RoomFacts room={room} />
        <ul className="panel-tools">
          <li>
            <button type="button" className="tool" onClick={() => setAsking('preferences')}>
              {isQuiet(room) ? <BellOffIcon /> : <BellIcon />}
              <span>
                Notifications
                <small>{quietText(room) ?? 'Every message'}</small>
              </span>
            </button>
          </li>
          {isRoom && settings && <RoomTools room={room} canInvite={settings.members_can_invite} onAsk={setAsking} />}
        </ul>
        <h3>Members</h3>
        <MemberList room={room} />
        {isRoom && (room.role === 'owner' || room.role === 'admin') && <Bans room={room} />}
        {isRoom && <WayOut room={room} onAsk={setAsking} />}
      </div>
      {asking === 'add' && <AddPeopleDialog room={room} onClose={close} />}
      {asking === 'invite' && <InviteDialog room={room} onClose={close} />}
      {asking === 'preferences' && <PreferencesDialog room={room} onClose={close} />}
      {asking === 'settings' && settings && <RoomSettingsDialog room={room} settings={settings} onClose={close} />}
      {asking === 'leave' && <LeaveDialog room={room} onDone={left} onClose={close} />}
      {asking === 'delete' && <DeleteDialog room={room} onDone={left} onClose={close} />}
    </aside>
  );
}

interface ToolsProps {
  room: RoomView;
  canInvite: boolean;
  onAsk: (what: Asking) => void;
}

/** What cannot be done says why, in its place. */
function RoomTools({ room, canInvite, onAsk }: ToolsProps) {
  const standing = useStanding(room);
  const whyNot = whyNotInvite(standing, canInvite);
  const tools = [
    { what: 'add', label: 'Add people', Icon: AddPersonIcon, whyNot },
    { what: 'invite', label: 'Invite by link', Icon: LinkIcon, whyNot },
    { what: 'settings', label: 'Room settings', Icon: SettingsIcon, whyNot: whyNotChangeRoom(standing) },
  ] as const;
  return tools.map(({ what, label, Icon, whyNot }) => (
    <li key={what}>
      <button
        type="button"
        className="tool"
        aria-disabled={whyNot !== undefined}
        onClick={() => whyNot === undefined && onAsk(what)}
      >
        <Icon />
        <span>
          {label}
          {whyNot && <small>{whyNot}</small>}
        </span>
      </button>
    </li>
  ));
}

function Bans({ room }: { room: RoomView }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="bans" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Banned</summary>
      {isOpen && <BanList room={room} changes={room.members} />}
    </details>
  );
}

function WayOut({ room, onAsk }: { room: RoomView; onAsk: (what: Asking) => void }) {
  return (
    <div className="panel-actions">
      {room.role === 'owner' ? (
        <>
          <button type="button" className="button danger-text" onClick={() => onAsk('delete')}>
            Delete room
          </button>
          <p className="hint">To leave it, hand it over to another member first.</p>
        </>
      ) : (
        <button type="button" className="button" onClick={() => onAsk('leave')}>
          Leave room
        </button>
      )}
    </div>
  );
}

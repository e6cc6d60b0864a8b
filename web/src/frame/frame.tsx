// What stands around every page of somebody signed in: the side list on a wide screen, a bar below on a phone.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { RoomList } from '../rooms/room-list.js';
import { Avatar } from './avatar.js';
import { ConnectionBanner } from './connection-banner.js';
import { RoomsIcon, SearchIcon, SettingsIcon, ShieldIcon } from './icons.js';
import { Wordmark } from './logo.js';
import { useChatState, useNatter, useStore } from './natter-context.js';
import { Notices } from './notices.js';
import { ThemeSwitch } from './theme-switch.js';

const sections = [
  { path: '/rooms', label: 'Rooms', Icon: RoomsIcon },
  { path: '/search', label: 'Search', Icon: SearchIcon },
  { path: '/settings', label: 'Settings', Icon: SettingsIcon },
];

const administration = { path: '/admin', label: 'Administer', Icon: ShieldIcon };

/** `isChat`: the page takes all of a phone's screen, and has its own way back. */
export function Frame({ children, isChat = false }: { children: ReactNode; isChat?: boolean }) {
  return (
    <div className={`frame ${isChat ? 'frame-chat' : ''}`}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Side />
      <main id="main" className="main" tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </main>
      {!isChat && (
        <nav className="tab-bar" aria-label="Sections">
          <Sections />
        </nav>
      )}
      <Notices />
    </div>
  );
}

function Side() {
  const account = useStore(useNatter().session, ({ session }) =>
    session.status === 'signed_in' ? session.account : undefined,
  );
  return (
    <aside className="side" aria-label="Rooms and sections">
      <Link href="/rooms" className="side-home" aria-label="Natter, your rooms">
        <Wordmark />
      </Link>
      <nav className="side-sections" aria-label="Sections">
        <Sections />
      </nav>
      <RoomList />
      <footer className="side-footer">
        {account && (
          <Link href="/settings" className="side-account">
            <Avatar id={account.id} name={account.display_name || account.username} picture={account.avatar} />
            <span className="clip">{account.display_name || account.username}</span>
          </Link>
        )}
        <ThemeSwitch />
      </footer>
    </aside>
  );
}

function Sections() {
  const unread = useChatState(({ rooms }) => [...rooms.values()].filter((room) => room.unread > 0).length);
  const isAdmin = useStore(
    useNatter().session,
    ({ session }) => session.status === 'signed_in' && session.account.admin,
  );
  return (
    <ul>
      {(isAdmin ? [...sections, administration] : sections).map(({ path, label, Icon }) => (
        <li key={path}>
          <Link href={path} className={(isActive) => (isActive ? 'active' : '')}>
            <Icon />
            <span>{label}</span>
            {path === '/rooms' && unread > 0 && (
              <span className="dot">
                <span className="sr-only">{unread} with unread messages</span>
              </span>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}

// Finding rooms by name or title, and joining them.
import type { RoomView } from '@natter/contracts/events';
import { type FormEvent, useEffect, useEffectEvent, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { Empty, Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { SearchIcon } from '../frame/icons.js';
import { useChat, useChatState, useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { useTitle } from '../frame/use-title.js';
import { titleOf } from '../store/room-view.js';
import { chatPath, RoomAvatar } from './room-list.js';
import { RoomFacts } from './rooms-page.js';

/** Typing is over when nothing was typed for this long. */
const pauseMs = 300;

export function SearchPage() {
  const { rest } = useNatter();
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch()).get('q') ?? '';
  const [text, setText] = useState(asked);
  const query = text.trim().slice(0, 100);
  const found = usePage(asked || undefined, (q) => rest.searchRooms(q));
  useTitle('Find rooms');
  const ask = (q: string) => go(q ? `/search?q=${encodeURIComponent(q)}` : '/search', { replace: true });
  const onPause = useEffectEvent(() => ask(query));
  useEffect(() => {
    if (query === asked) return;
    const timer = setTimeout(() => onPause(), pauseMs);
    return () => clearTimeout(timer);
  }, [query, asked]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(query);
  };
  return (
    <div className="page">
      <header className="page-header">
        <h1>Find rooms</h1>
      </header>
      <form role="search" className="search-box" onSubmit={submit}>
        <SearchIcon />
        <input
          type="search"
          aria-label="Name or title of a room"
          placeholder="Name or title"
          value={text}
          maxLength={100}
          autoFocus
          onChange={(event) => setText(event.target.value)}
        />
      </form>
      <div aria-live="polite">
        {found.isLoading && <Skeleton lines={4} label="Searching" />}
        {found.error && (
          <Empty
            isFault
            title="The search did not work"
            actions={
              <button type="button" className="button primary" onClick={found.reload}>
                Try again
              </button>
            }
          >
            {found.error}
          </Empty>
        )}
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
            Try fewer letters. Private rooms are not shown.
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

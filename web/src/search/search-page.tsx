// Looking for something: rooms by name or title, messages by what they say. What is looked for stands in the address.
import { type FormEvent, type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { SearchIcon } from '../frame/icons.js';
import { useChatState } from '../frame/natter-context.js';
import { useTitle } from '../frame/use-title.js';
import { type Kind, keepKind, kinds, lastKind } from './last-kind.js';
import { MessageResults } from './message-results.js';
import { RoomResults } from './room-results.js';

/** Typing is over when nothing was typed for this long. */
const pauseMs = 300;

const words = {
  messages: { label: 'Messages', field: 'Words of a message', placeholder: 'What was said' },
  rooms: { label: 'Rooms', field: 'Name or title of a room', placeholder: 'Name or title' },
} as const;

interface Asked {
  q: string;
  kind: Kind;
  /** Only in this room. */
  room?: string | undefined;
}

function pathOf({ q, kind, room }: Asked): string {
  const query = new URLSearchParams({
    ...(q && { q }),
    in: kind,
    ...(kind === 'messages' && room && { room }),
  });
  return `/search?${query}`;
}

/** What the address says; else what one looked for last; at first rooms for whoever is in none, and what was said for all others. */
function useKind(said: string | null): Kind {
  const isInRooms = useChatState(({ rooms }) => rooms.size > 0);
  const [last] = useState(lastKind);
  const named = kinds.find((kind) => kind === said);
  useEffect(() => named && keepKind(named), [named]);
  return named ?? last ?? (isInRooms ? 'messages' : 'rooms');
}

export function SearchPage() {
  const [, go] = useLocation();
  const query = new URLSearchParams(useSearch());
  const asked: Asked = {
    q: query.get('q') ?? '',
    kind: useKind(query.get('in')),
    room: query.get('room') ?? undefined,
  };
  const [text, setText] = useState(asked.q);
  const results = useRef<HTMLDivElement>(null);
  const q = text.trim().slice(0, 100);
  const { field, placeholder } = words[asked.kind];
  useTitle('Search');
  const ask = (change: Partial<Asked>) => go(pathOf({ ...asked, q, ...change }), { replace: true });
  const onPause = useEffectEvent(() => ask({}));
  useEffect(() => {
    if (q === asked.q) return;
    const timer = setTimeout(() => onPause(), pauseMs);
    return () => clearTimeout(timer);
  }, [q, asked.q]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask({});
  };
  return (
    <div className="page">
      <header className="page-header">
        <h1>Search</h1>
      </header>
      <form role="search" className="search-box" onSubmit={submit}>
        <SearchIcon />
        <input
          type="search"
          aria-label={field}
          placeholder={placeholder}
          value={text}
          maxLength={100}
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') stepTo(results.current, 0, event);
          }}
        />
      </form>
      <nav className="tabs" aria-label="What to look for">
        {kinds.map((kind) => (
          <Link
            key={kind}
            href={pathOf({ ...asked, q, kind })}
            replace
            className="tab"
            aria-current={kind === asked.kind ? 'page' : undefined}
          >
            {words[kind].label}
          </Link>
        ))}
      </nav>
      <div
        ref={results}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          const at = linksIn(results.current).findIndex((link) => link === document.activeElement);
          if (step !== undefined && at >= 0) stepTo(results.current, at + step, event);
        }}
      >
        {asked.kind === 'rooms' ? (
          <RoomResults asked={asked.q} />
        ) : (
          <MessageResults asked={asked.q} room={asked.room} onRoom={(room) => ask({ room })} />
        )}
      </div>
    </div>
  );
}

const linksIn = (panel: HTMLElement | null): HTMLElement[] => [
  ...(panel?.querySelectorAll<HTMLElement>('ul a, ul button') ?? []),
];

/** To a result by its number; those beyond the ends are none. */
function stepTo(panel: HTMLElement | null, index: number, event: KeyboardEvent): void {
  const link = linksIn(panel)[index];
  if (!link || index < 0) return;
  event.preventDefault();
  link.focus();
}

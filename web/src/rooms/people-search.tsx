// Finding somebody by name, and doing something with them.
import type { PresenceStatus, User } from '@natter/contracts/events';
import { type ReactNode, useEffect, useState } from 'react';
import { Avatar } from '../frame/avatar.js';
import { Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { SearchIcon } from '../frame/icons.js';
import { useChat, useNatter } from '../frame/natter-context.js';
import { Presence } from '../frame/presence.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { nameOf } from '../store/room-view.js';

/** Typing is over when nothing was typed for this long. */
const pauseMs = 250;

interface Deed {
  /** What the button says, and what it is called for somebody. */
  verb: string;
  label: (name: string) => string;
  run: (user: User) => Promise<unknown>;
  /** Instead of the button, when there is nothing to do about somebody. */
  note?: (user: User) => string | undefined;
  /** Instead of the button, when it is done. */
  done?: string;
}

export function PeopleSearch({ deed }: { deed: Deed }) {
  const chat = useChat();
  const { rest } = useNatter();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const query = text.trim().slice(0, 100);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(query), pauseMs);
    return () => clearTimeout(timer);
  }, [query]);
  const found = usePage(asked || undefined, (q) => rest.searchUsers(q, { limit: 20 }));
  const people = found.value?.items.filter(({ id }) => id !== chat.me);
  return (
    <>
      <div className="search-box" role="search">
        <SearchIcon />
        <input
          type="text" // Escape closes the dialog; a search field would take it to clear itself
          role="searchbox"
          aria-label="Name of somebody"
          placeholder="Name or username"
          value={text}
          maxLength={100}
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="people-found" aria-live="polite">
        {found.isLoading && <Skeleton lines={2} label="Searching" />}
        {found.error && <p className="form-error">{found.error}</p>}
        {!asked && <p className="hint">Type a part of their name.</p>}
        {people?.length === 0 && <p className="hint">Nobody here is called «{asked}».</p>}
        <ul className="people">
          {people?.map((user) => (
            <li key={user.id}>
              <Person user={user} />
              <DeedButton user={user} deed={deed} />
            </li>
          ))}
        </ul>
        {found.value?.next && <p className="hint">There are more. Type a little more of the name.</p>}
      </div>
    </>
  );
}

function DeedButton({ user, deed }: { user: User; deed: Deed }) {
  const { isBusy, error, run } = useAction();
  const [isDone, setDone] = useState(false);
  const note = isDone ? deed.done : deed.note?.(user);
  if (note !== undefined) return <span className="facts">{note}</span>;
  return (
    <>
      <button
        type="button"
        className="button small primary"
        aria-disabled={isBusy}
        aria-label={deed.label(nameOf(user))}
        onClick={() => void run(() => deed.run(user)).then(setDone)}
      >
        {deed.verb}
      </button>
      {error && <FormError error={error} />}
    </>
  );
}

/** @param status shown as a dot; of somebody of whom it is not known, there is none */
export function Person({ user, note, status }: { user: User; note?: ReactNode; status?: PresenceStatus }) {
  return (
    <>
      <Presence status={status ?? 'offline'}>
        <Avatar id={user.id} name={nameOf(user)} picture={user.avatar} />
      </Presence>
      <span className="member-words">
        <span className="clip" dir="auto">
          {nameOf(user)}
        </span>
        <span className="facts clip">
          @{user.username}
          {note}
        </span>
      </span>
    </>
  );
}

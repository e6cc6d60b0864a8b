// Naming somebody while one writes: `@` and the first letters of a name, right before the cursor.
import type { User } from '@natter/contracts/events';
import { fold } from '@natter/contracts/fold';

/** A name that is being written. */
export interface OpenName {
  /** Of the `@`. */
  start: number;
  /** Behind the letters that are there. */
  end: number;
  letters: string;
}

/** As many as can be looked over at once. */
const most = 6;
/** What is no name for the server is none here: an address, say. */
const openName = /(?<![A-Za-z0-9_.@-])@([\p{L}\p{N}\p{M}_.-]{1,32})$/u;
const nameGoesOn = /^[A-Za-z0-9_.-]/;

/** Undefined: no name is being written at the cursor. */
export function nameAt(text: string, cursor: number): OpenName | undefined {
  const [, letters] = openName.exec(text.slice(0, cursor)) ?? [];
  if (letters === undefined || nameGoesOn.test(text.slice(cursor))) return undefined;
  return { start: cursor - letters.length - 1, end: cursor, letters };
}

/** Whose username, or a word of whose name, begins so; usernames first. Nobody once somebody's username stands there in full. */
export function namedSo<T extends User>(people: readonly T[], letters: string): T[] {
  if (people.some(({ username }) => username.toLowerCase() === letters.toLowerCase())) return [];
  const begun = fold(letters);
  const byUsername = people.filter(({ username }) => fold(username).startsWith(begun));
  const byName = people.filter(
    (user) => !byUsername.includes(user) && user.display_name.split(/\s+/).some((word) => fold(word).startsWith(begun)),
  );
  return [...byUsername, ...byName].slice(0, most);
}

// Who is mentioned in a text: `@username`. Found here, for servers and browsers alike; whether such a member exists, the room knows.
import { limits } from './limits.js';

/** Not within a word, so that an e-mail address is none; a name that is too long is none either. */
const mention = /(?<![A-Za-z0-9_.@-])@([A-Za-z0-9_.-]{2,32})(?![A-Za-z0-9_.-])/g;
const sentenceEnd = /[._-]$/;

/** One place in a text where somebody may be named. */
export interface Mention {
  /** Where the `@` stands. */
  index: number;
  /** Usernames it may mean, in lower case, the longest first: in «ask @ann.» it is `ann.`, or `ann` at the end of a sentence. */
  names: string[];
}

/** Mentions in a text, in their order. */
export function mentionsIn(text: string): Mention[] {
  if (!text.includes('@')) return [];
  return [...text.matchAll(mention)].map(({ index, 1: name = '' }) => ({ index, names: readings(name.toLowerCase()) }));
}

/** What `mentionsIn` found, each name once and no more than a message may mention. */
export function mentionedNames(text: string): string[][] {
  const byName = new Map(mentionsIn(text).map(({ names }) => [names[0], names]));
  return [...byName.values()].slice(0, limits.mentionsPerMessage);
}

function readings(name: string): string[] {
  const names = [name];
  for (let rest = name; sentenceEnd.test(rest) && rest.length > 2; names.push(rest)) rest = rest.slice(0, -1);
  return names;
}

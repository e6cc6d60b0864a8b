// Times and quiet events, in words.
import type { MemberEvent, MessageEvent, RoomEvent } from '@natter/contracts/events';

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const yearFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' });

export const timeOf = (ts: string): string => timeFormat.format(new Date(ts));
export const fullTimeOf = (ts: string): string => fullFormat.format(new Date(ts));

export function dayOf(ts: string, now = new Date()): string {
  const date = new Date(ts);
  const midnight = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  const daysAgo = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (daysAgo === 0) return 'Today';
  if (daysAgo === 1) return 'Yesterday';
  return date.getFullYear() === now.getFullYear() ? dayFormat.format(date) : yearFormat.format(date);
}

/** The classes of a message's line: whose it is, and where in a run of messages by one sender. */
export const rowClass = (isMine: boolean, isFirst: boolean, isLast: boolean, ...more: (string | false)[]): string =>
  ['message', isMine && 'mine', isFirst && 'first', isLast && 'last', ...more].filter(Boolean).join(' ');

const listFormat = new Intl.ListFormat('en', { type: 'conjunction' });
const namesShown = 3;

const sizes = ['bytes', 'KB', 'MB', 'GB'];

/** `1.2 MB`: of 1,024 each, as files are limited. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1_000 && unit < sizes.length - 1; unit++) size /= 1_024;
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return `${size < 10 ? Number(size.toFixed(1)) : Math.round(size)} ${sizes[unit]}`;
}

export const filesText = (count: number): string => (count === 1 ? '1 file' : `${count} files`);

/** A message in a line. */
export const excerptOf = ({ deleted, body, files }: Pick<MessageEvent, 'deleted' | 'body' | 'files'>): string =>
  deleted ? 'A deleted message' : body || filesText(files?.length ?? 0);

export const answersText = (count: number): string => (count === 1 ? '1 answer' : `${count} answers`);

/** Who gave a reaction, oneself first; those whose names are not known are counted. */
export function reactedText(names: readonly string[], isMine: boolean, unknown: number): string {
  const known = [...(isMine ? ['you'] : []), ...names];
  const shown = known.slice(0, namesShown);
  const others = known.length - shown.length + unknown;
  if (others > 0 && shown.length > 0) shown.push(others === 1 ? '1 other' : `${others} others`);
  else if (others > 0) shown.push(others === 1 ? 'somebody' : `${others} people`);
  return listFormat.format(shown);
}

/** Who writes; a name that is not known is somebody. Empty when nobody does. */
export function typingText(names: readonly (string | undefined)[]): string {
  if (names.length === 0) return '';
  if (names.length > namesShown) return `${names.length} people are writing…`;
  const known = names.map((name, n) => name ?? (n === 0 ? 'Somebody' : 'somebody'));
  return `${listFormat.format(known)} ${names.length === 1 ? 'is' : 'are'} writing…`;
}

/** Who has read a message. Empty when nobody has. */
export function seenText(names: readonly string[]): string {
  if (names.length === 0) return '';
  return names.length > namesShown ? `Seen by ${names.length}` : `Seen by ${listFormat.format(names)}`;
}

/** What happened in a room besides talking. */
export function quietText(event: MemberEvent | RoomEvent, me: string): string {
  const by = event.by.id === me ? 'You' : event.by.display_name || event.by.username;
  if (event.type === 'room') return `${by} changed the room: ${event.title || event.name || ''}`;
  const who = event.user.id === me ? 'you' : event.user.display_name || event.user.username;
  const isMe = event.user.id === me;
  switch (event.change) {
    case 'joined':
      return `${isMe ? 'You' : who} joined`;
    case 'left':
      return `${isMe ? 'You' : who} left`;
    case 'added':
      return `${by} added ${who}`;
    case 'kicked':
      return `${by} removed ${who}`;
    case 'banned':
      return `${by} banned ${who}`;
    case 'unbanned':
      return `${by} let ${who} in again`;
    case 'role':
      return `${isMe ? 'You are' : `${who} is`} now ${event.role === 'member' ? 'a member' : event.role === 'admin' ? 'an admin' : 'the owner'}`;
    default:
      return `Something changed about ${who}`;
  }
}

// Rooms, roles and times in words.
import type { Notify, RoomView } from '@natter/contracts/events';

export const roleWords = { owner: 'owner', admin: 'admin', member: 'member' } as const;

export const notifyChoices = [
  { value: 'all', label: 'Every message', hint: 'You are told of all that others write here' },
  { value: 'mentions', label: 'Only mentions', hint: 'You are told when somebody names you' },
  { value: 'none', label: 'Nothing', hint: 'Messages wait for you quietly' },
] as const satisfies readonly { value: Notify; label: string; hint: string }[];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** «Until I turn it on again» has to be a time. */
const never = '9998-01-01T00:00:00.000Z';

/** How long a room may be muted, and until when that is. */
export const muteChoices: readonly { label: string; until: (nowMs: number) => string }[] = [
  { label: 'For 1 hour', until: (nowMs) => isoTime(nowMs + hourMs) },
  { label: 'For 8 hours', until: (nowMs) => isoTime(nowMs + 8 * hourMs) },
  { label: 'For a week', until: (nowMs) => isoTime(nowMs + 7 * dayMs) },
  { label: 'Until I turn it on again', until: () => never },
];

const isoTime = (ms: number): string => new Date(ms).toISOString();
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export const whenText = (ts: string): string => dateFormat.format(new Date(ts));

/** How a member is told of a room's messages; undefined: of all of them. */
export function quietText({ notify, muted_until }: Pick<RoomView, 'notify' | 'muted_until'>): string | undefined {
  if (muted_until) return muted_until >= '9990' ? 'Muted' : `Muted until ${whenText(muted_until)}`;
  if (notify === 'all') return undefined;
  return notify === 'mentions' ? 'Mentions only' : 'No notifications';
}

/** How long an invite is good for, in seconds, and for how many. */
export const expiryChoices = [
  ['3600', '1 hour'],
  ['86400', '1 day'],
  ['604800', '7 days'],
  ['2592000', '30 days'],
] as const;
export const usesChoices = [
  ['', 'Any number'],
  ['1', '1 person'],
  ['5', '5 people'],
  ['25', '25 people'],
] as const;

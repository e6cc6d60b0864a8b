// What fields of the contract may say so that they mean something: by name, for whoever speaks. A name that is not here is filled by its schema
// alone, so a new field is fuzzed at once, and more deeply with a line in this list.
import { type Lot, ulid, uuid } from './lots.js';
import { nastyText } from './nasty.js';
import type { Words } from './sample.js';
import { Pairs, Raw, type Tree } from './tree.js';

/** What there is to name. */
export interface Cast {
  readonly rooms: readonly { id: string; name: string; owner: number }[];
  readonly people: readonly { user: string; username: string; session: string }[];
  readonly messageIds: readonly string[];
  readonly deletedRoom: string;
}

/** How many seqs each room has at least. */
const seqs = 20;

/** @param face who speaks: half of the rooms named are their own, where they may do most */
export function wordsOf(cast: Cast, face: number): Words {
  const own = cast.rooms.filter(({ owner }) => owner === face);
  const anyRoom = (lot: Lot) => lot.pick(own.length > 0 && lot.chance(0.5) ? own : cast.rooms);
  const anybody = (lot: Lot) => lot.pick(cast.people);

  const room = (lot: Lot): string =>
    lot.chance(0.92) ? anyRoom(lot).id : lot.pick([cast.deletedRoom, uuid(lot), anyRoom(lot).name]);
  const user = (lot: Lot): string => (lot.chance(0.9) ? anybody(lot).user : uuid(lot));
  /** The id of something: only seldom of what is asked for. */
  const something = (lot: Lot): string =>
    lot.pick([lot.pick([...cast.messageIds, 'none']), anybody(lot).session, uuid(lot), room(lot), user(lot)]);
  const id = (lot: Lot): string => (lot.chance(0.8) ? uuid(lot) : lot.chance(0.5) ? ulid(lot) : something(lot));
  const seq = (lot: Lot): number =>
    lot.chance(0.9) ? lot.between(1, seqs + 5) : lot.pick([0, 1_000, 1_000_000, Number.MAX_SAFE_INTEGER]);
  const code = (lot: Lot): string => lot.pick(['x', uuid(lot).slice(0, 8), 'A'.repeat(22)]);
  const mostly = (text: string, maxChars: number) => (lot: Lot) =>
    lot.chance(0.7) ? text : nastyText(lot).slice(0, maxChars);

  const known: Readonly<Record<string, (lot: Lot) => Tree>> = {
    room,
    rooms: room,
    user,
    users: user,
    members: user,
    actor: user,
    from: user,
    id,
    ids: something,
    files: something,
    up_to: something,
    session: something,
    seq,
    target: seq,
    thread: seq,
    reply_to: seq,
    delivered: seq,
    read: seq,
    before: seq,
    after: seq,
    body: (lot) => (lot.chance(0.8) ? `fuzz ${lot.between(0, 1e9)}` : nastyText(lot)),
    meta: (lot) =>
      lot.pick<Tree>([new Pairs([]), new Pairs([['a', 1]]), new Raw('{"__proto__":{"x":1},"constructor":[]}')]),
    emoji: (lot) => lot.pick(['👍', '❤️', '👩‍👩‍👧‍👦', '🇩🇪', '✅', '👍🏽']),
    limit: (lot) => lot.pick([1, 2, 50, 100]),
    cursor: (lot) => lot.pick(['', 'x', Buffer.from(`[${lot.between(0, 9)}]`).toString('base64url')]),
    q: (lot) => lot.pick(['fuzz', 'a', '%', '_', '\\', nastyText(lot)]),
    name: (lot) => (lot.chance(0.7) ? `fuzz-${uuid(lot).slice(0, 8)}` : anyRoom(lot).name),
    title: mostly('A title', 100),
    topic: mostly('A topic', 1_000),
    display_name: mostly('Fuzz', 60),
    username: (lot) => `fuzz-${uuid(lot).slice(0, 12)}`,
    login: (lot) => anybody(lot).username,
    email: (lot) => `${uuid(lot)}@example.org`,
    password: (lot) => `correct horse ${lot.between(0, 9)}`,
    old: () => 'not my password',
    new: (lot) => `battery staple ${lot.between(0, 9)}`,
    token: (lot) => lot.pick<Tree>([true, false, 'x']),
    refresh_token: (lot) => lot.pick(['x', 'a.b', 'A'.repeat(43), uuid(lot)]),
    code,
    invite: code,
    muted_until: () => '2026-01-01T00:00:00.000Z',
    before_ts: () => '2030-01-01T00:00:00.000Z',
    endpoint: (lot) => lot.pick(['https://push.example.org/x', 'http://127.0.0.1:4222/', 'https://169.254.169.254/']),
  };
  return (field, lot) => (Object.hasOwn(known, field) ? known[field]?.(lot) : undefined);
}

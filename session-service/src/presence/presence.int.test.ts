import { randomUUID } from 'node:crypto';
import { noteSeen } from '@natter/contracts/auth';
import { listPresenceRooms } from '@natter/contracts/rooms';
import type { RequestOf, Rpc } from '@natter/contracts/rpc';
import { getPresence, type InstanceHints, type PresenceChange, type TypingChange } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shortTimings } from '../testing/start-service.js';
import type { Timings } from '../timings.js';
import { stage, waitFor } from '../testing/stage.js';

const { services, serve, bus, rpc, gateway } = stage();

/** The rooms of users, as the room-service would answer; and whether it does. */
const rooms = new Map<string, string[]>();
let isRoomServiceAway = false;
const seen = new Map<string, number>();
/** What each instance was sent. */
const hints = new Map<string, InstanceHints[]>();

function answer<R extends Rpc>(definition: R, handler: (request: RequestOf<R>) => unknown): void {
  bus().nc.subscribe(definition.subject, {
    callback: (_, message) => {
      const { data, id } = message.json<{ data: RequestOf<R>; id: string }>();
      const response = handler(data);
      if (response !== undefined) message.respond(JSON.stringify({ response, isDisposed: true, id }));
    },
  });
}

const presenceOf = (instance: string): PresenceChange[] =>
  (hints.get(instance) ?? []).flatMap(({ presence = [] }) => presence);
const typingOf = (instance: string): TypingChange[] => (hints.get(instance) ?? []).flatMap(({ typing = [] }) => typing);
const statuses = (instance: string, user: string): string[] =>
  presenceOf(instance)
    .filter((change) => change.user === user)
    .map(({ status }) => status);

/** A replica with other spans of time, in place of the one that is there. */
async function serveAnew(times: Partial<Timings>) {
  await services.shift()?.stop();
  return serve({ ...shortTimings, ...times });
}

beforeAll(async () => {
  answer(listPresenceRooms, ({ users }) =>
    isRoomServiceAway ? undefined : { users: users.map((user) => ({ user, rooms: rooms.get(user) ?? [] })) },
  );
  answer(noteSeen, ({ items }) => {
    for (const { user, at_ms } of items) seen.set(user, at_ms);
    return {};
  });
  for (const instance of ['ws-1', 'ws-2', 'ws-3'])
    bus().onJson<InstanceHints>(subjects.instanceHints(instance), (said) =>
      hints.set(instance, [...(hints.get(instance) ?? []), said]),
    );
  await bus().nc.flush();
});
beforeEach(() => {
  rooms.clear();
  seen.clear();
  hints.clear();
});
afterEach(() => {
  isRoomServiceAway = false;
});

describe('presence', () => {
  it('is told to the instances with sockets in the rooms, with these rooms, and to no other', async () => {
    const [ada, r1, r2, r3] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    rooms.set(ada, [r1, r2, r3]);
    const one = await gateway('ws-1');
    await one.want(r1, r2);
    await (await gateway('ws-2')).want(r2);
    await (await gateway('ws-3')).want(randomUUID());
    await one.open(ada);
    await waitFor(() => expect(statuses('ws-2', ada)).toEqual(['online']));
    expect(presenceOf('ws-1').map((change) => change.rooms.sort())).toEqual([[r1, r2].sort()]);
    expect(presenceOf('ws-2').map((change) => change.rooms)).toEqual([[r2]]);
    expect(presenceOf('ws-3')).toEqual([]);
  });

  it('follows the clients: away while all are, online while one is, offline without any', async () => {
    const [ada, room] = [randomUUID(), randomUUID()];
    rooms.set(ada, [room]);
    const one = await gateway('ws-1');
    const two = await gateway('ws-2');
    await one.want(room);
    const laptop = await one.open(ada);
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online']));
    await one.setAway(laptop.id, true);
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online', 'away']));
    const phone = await two.open(ada);
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online', 'away', 'online']));
    await two.close(phone.id);
    await waitFor(() => expect(statuses('ws-1', ada).slice(3)).toEqual(['away']));
    await one.close(laptop.id);
    await waitFor(() => expect(statuses('ws-1', ada).slice(4)).toEqual(['offline']));
    const [{ last_seen }] = presenceOf('ws-1').slice(-1) as [PresenceChange];
    await waitFor(() => expect(seen.get(ada)).toBe(Date.parse(last_seen)));
    const { items } = await rpc().call(getPresence, { users: [ada] });
    expect(items).toEqual([{ user: ada, status: 'offline', last_seen }]);
  });

  it('ends with the lease of an instance that fell silent, and comes back with it', async () => {
    const [ada, room] = [randomUUID(), randomUUID()];
    rooms.set(ada, [room]);
    const silent = await gateway('ws-1', 1);
    await (await gateway('ws-2')).want(room);
    await silent.open(ada);
    await waitFor(() => expect(statuses('ws-2', ada)).toEqual(['online']));
    silent.kill();
    await waitFor(() => expect(statuses('ws-2', ada)).toEqual(['online', 'offline']));
    const back = await gateway('ws-1', 2);
    await back.open(ada);
    await waitFor(() => expect(statuses('ws-2', ada)).toEqual(['online', 'offline', 'online']));
  });

  it('waits while the room-service is away', async () => {
    const [ada, room] = [randomUUID(), randomUUID()];
    rooms.set(ada, [room]);
    isRoomServiceAway = true;
    const one = await gateway('ws-1');
    await one.want(room);
    await one.open(ada);
    await waitFor(() => expect(services[0]?.index.statusOf(ada)).toBe('online'));
    isRoomServiceAway = false;
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online']));
  });

  it('is told by one replica, and by another when that one dies with something in hand', async () => {
    const [ada, bob, room] = [randomUUID(), randomUUID(), randomUUID()];
    for (const user of [ada, bob]) rooms.set(user, [room]);
    const one = await gateway('ws-1');
    await one.want(room);
    await one.open(ada);
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online']));
    await serve();
    await one.open(bob);
    await waitFor(() => expect(statuses('ws-1', bob)).toEqual(['online']));
    const entry = [...one.connections.values()].find(({ user }) => user === ada)!;
    await one.close(entry.id);
    await waitFor(() => expect(services.map(({ index }) => index.statusOf(ada))).toEqual(['offline', 'offline']));
    await services.shift()?.stop();
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online', 'offline']));
  });

  it('is no news of those who were there before a replica started', async () => {
    const [ada, bob, room] = [randomUUID(), randomUUID(), randomUUID()];
    for (const user of [ada, bob]) rooms.set(user, [room]);
    const one = await gateway('ws-1');
    await one.want(room);
    await one.open(ada);
    await waitFor(() => expect(statuses('ws-1', ada)).toEqual(['online']));
    await serveAnew({});
    await one.open(bob);
    await waitFor(() => expect(statuses('ws-1', bob)).toEqual(['online']));
    expect(statuses('ws-1', ada)).toEqual(['online']);
  });
});

describe('a storm of 5,000', () => {
  /** However slow the machine is, no lease runs out. */
  const calm = { leaseTtlMs: 120_000 };
  const crowd = () => {
    const users = Array.from({ length: 5_000 }, () => randomUUID());
    const ten = Array.from({ length: 10 }, () => randomUUID());
    for (const [i, user] of users.entries()) rooms.set(user, [ten[i % 10]!]);
    const opened = users.map((user) => ({ id: randomUUID(), user, session: randomUUID(), since: 'now' }));
    return { users, ten, opened };
  };
  const inParts = async <T>(items: T[], tell: (part: T[]) => Promise<void>) => {
    for (let i = 0; i < items.length; i += 250) await tell(items.slice(i, i + 250));
  };

  it('who reconnect elsewhere is not told of at all', { timeout: 120_000 }, async () => {
    const service = await serveAnew({ ...calm, presence: { ...shortTimings.presence, returnMs: 60_000 } });
    const { users, ten, opened } = crowd();
    const [one, two] = [await gateway('ws-1'), await gateway('ws-2')];
    await one.want(...ten);
    await inParts(opened, (part) => one.tell({ opened: part }));
    await waitFor(() => expect(presenceOf('ws-1')).toHaveLength(5_000));
    hints.clear();
    await inParts(opened, (part) => one.tell({ closed: part.map(({ id }) => id) }));
    await waitFor(() => expect(service.index.statusOf(users[4_999]!)).toBe('offline'));
    await inParts(opened, (part) => two.tell({ opened: part.map((entry) => ({ ...entry, id: randomUUID() })) }));
    await waitFor(() => expect(service.index.statusOf(users[4_999]!)).toBe('online'));
    const late = randomUUID();
    rooms.set(late, ten);
    await two.open(late);
    await waitFor(() => expect(statuses('ws-1', late)).toEqual(['online']));
    expect(presenceOf('ws-1')).toHaveLength(1);
  });

  it('who go is told of once each, in few messages of a bounded size', { timeout: 120_000 }, async () => {
    await serveAnew(calm);
    const { users, ten, opened } = crowd();
    const one = await gateway('ws-1');
    await one.want(...ten);
    await inParts(opened, (part) => one.tell({ opened: part }));
    await waitFor(() => expect(presenceOf('ws-1')).toHaveLength(5_000));
    hints.clear();
    await inParts(opened, (part) => one.tell({ closed: part.map(({ id }) => id) }));
    await waitFor(() => expect(presenceOf('ws-1').length).toBeGreaterThanOrEqual(5_000));
    expect(new Set(presenceOf('ws-1').map(({ user }) => user))).toEqual(new Set(users));
    expect(presenceOf('ws-1')).toHaveLength(5_000);
    for (const { presence = [] } of hints.get('ws-1') ?? []) expect(presence.length).toBeLessThanOrEqual(256);
  });
});

describe('typing', () => {
  it('is passed on to each instance with sockets in the room, one message for what came together', async () => {
    const [r1, r2, ada] = [randomUUID(), randomUUID(), randomUUID()];
    await (await gateway('ws-1')).want(r1, r2);
    await (await gateway('ws-2')).want(r2);
    await waitFor(() => expect([...services[0]!.index.instancesOf(r2)]).toHaveLength(2));
    const changes: TypingChange[] = [
      [r1, ada, true],
      [r2, ada, false],
      [randomUUID(), ada, true],
    ];
    bus().publishJson(subjects.typing, { items: changes });
    await waitFor(() => {
      expect(typingOf('ws-1')).toEqual(changes.slice(0, 2));
      expect(typingOf('ws-2')).toEqual(changes.slice(1, 2));
    });
    expect(hints.get('ws-1')).toHaveLength(1);
  });
});

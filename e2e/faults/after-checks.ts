// The questions after a run that the history cannot answer: is everybody listed who is connected, and nobody else; was
// the absent one told; did no cursor fall. And all of it together with the history checker.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageNotificationId } from '@natter/contracts/notifications';
import { checkHistory } from '../harness/history-checker.js';
import { readTruth } from '../harness/truth.js';
import { until } from '../harness/wait.js';
import type { Flaw } from './flaw.js';
import type { Ground } from './ground.js';
import type { Load, Member } from './load.js';
import { compareConnections, compareNotifications, HighWater } from './promises.js';

const SETTLE_MS = 60_000;
/** P15. */
const VANISHED_MS = 10_000;
const GHOST_MS = 60_000;
/** P16: later than this a message is late; the notification is looked for as long again. */
const LATE_MS = 10_000;
const LOOK_MS = 500;

/** Everything there is to ask once the load is quiet; `sinceMs`: when all parts were well again. */
export async function check(
  ground: Ground,
  load: Load,
  cursors: Cursors,
  sinceMs: number,
  patience: number,
): Promise<Flaw[]> {
  const settled = await settle(ground, load);
  const [host, second] = load.members;
  if (!host || !second) throw new Error('nobody is there to read');
  const truth = await readTruth(ground.system, load.rooms, [host.person, second.person]);
  return [
    ...settled,
    ...checkHistory(load.history.facts, truth),
    ...load.clients.flatMap(({ complaints }) => complaints.map((says): Flaw => ({ kind: 'out_of_order', says }))),
    ...(await load.flaws()),
    ...load.refusals.map((says): Flaw => ({ kind: 'refused', says })),
    ...ground.deaths().map(({ part, cause }): Flaw => ({ kind: 'ended', says: `${part} ended by itself: ${cause}` })),
    ...(await cursors.look(ground, load)),
    ...(await checkRegistry(load, sinceMs, patience)),
    ...(await checkAbsent(ground, load, patience)),
  ];
}

/** Waits until every client has what the log holds; who never gets there is a flaw. */
async function settle(ground: Ground, load: Load): Promise<Flaw[]> {
  const rows = await ground.system.query<{ room: string; head: number }>(
    'natter_rooms',
    'SELECT room, max(seq)::int AS head FROM log WHERE room = ANY ($1) GROUP BY room',
    [load.rooms],
  );
  const heads = new Map(rows.map(({ room, head }) => [room, head]));
  const lacks = ({ client, rooms }: Member): string[] => [
    ...(client.isReady && client.unacked === 0 ? [] : [`${client.unacked} unacked, ready: ${client.isReady}`]),
    ...rooms.flatMap((room) => {
      const [has, head] = [client.position(room), heads.get(room) ?? 0];
      return has < head ? [`${room} from ${has} to ${head}`] : [];
    }),
  ];
  try {
    await until(
      'everybody has everything',
      () => load.everybody.every((member) => lacks(member).length === 0),
      SETTLE_MS,
    );
    return [];
  } catch {
    return load.everybody.flatMap((member): Flaw[] => {
      const { name, stoppedBy = '' } = member.client;
      const wants = lacks(member);
      return wants.length === 0 ? [] : [{ kind: 'stuck', says: `${name} ${stoppedBy} lacks ${wants.join(', ')}` }];
    });
  }
}

/** P15, by what `GET /api/auth/sessions` lists for each. */
async function checkRegistry(load: Load, sinceMs: number, patience: number): Promise<Flaw[]> {
  for (;;) {
    const compared = await Promise.all(load.everybody.map(connectionsOf));
    const ageMs = Date.now() - sinceMs;
    const [ghosts, vanished] = [compared.flatMap((of) => of.ghosts), compared.flatMap((of) => of.vanished)];
    const flaws = [...(ageMs > GHOST_MS * patience ? ghosts : []), ...(ageMs > VANISHED_MS * patience ? vanished : [])];
    if (flaws.length > 0 || ghosts.length + vanished.length === 0) return flaws;
    await sleep(LOOK_MS);
  }
}

async function connectionsOf({ person, client }: Member): Promise<ReturnType<typeof compareConnections>> {
  return compareConnections(client.name, client.connectionId, await person.connections());
}

/** P16: the absent member has one pending notification for each message that is late, and for nothing else. */
async function checkAbsent(ground: Ground, { absent, quietRoom }: Load, patience: number): Promise<Flaw[]> {
  const messages = await ground.system.query<{ seq: number; late: boolean }>(
    'natter_rooms',
    `SELECT seq::int, ts < now() - make_interval(secs => $2) AS late FROM log
     WHERE room = $1 AND type = 'message' AND seq > (SELECT joined_seq FROM members WHERE room = $1 AND usr = $3)`,
    [quietRoom, (LATE_MS * 1.2) / 1_000, absent.id],
  );
  const known = new Set(messages.map(({ seq }) => messageNotificationId(quietRoom, seq)));
  const owed = messages.filter(({ late }) => late).map(({ seq }) => messageNotificationId(quietRoom, seq));
  const compare = async (): Promise<Flaw[]> => {
    const told = await pendingOf(absent.api);
    return compareNotifications(
      known,
      owed,
      told.filter((id) => id.startsWith(quietRoom)),
    );
  };
  const isRight = async (): Promise<boolean> => (await compare()).length === 0;
  await until('the absent one is told', isRight, LATE_MS * patience, LOOK_MS).catch(() => undefined);
  return await compare();
}

async function pendingOf(api: Member['person']['api']): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await api.get<{ items?: { id: string }[]; next?: string | null }>(
      `/api/notifications?limit=100${cursor}`,
    );
    ids.push(...(body.items ?? []).map(({ id }) => id));
    if (!body.next) return ids;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}

/** P11: looks at the cursors of all members now and then, and remembers what they stood at. */
export class Cursors {
  readonly #highWater = new HighWater();

  async look(ground: Ground, load: Load): Promise<Flaw[]> {
    const rows = await ground.system.query<{ room: string; usr: string; delivered: number; read: number }>(
      'natter_rooms',
      'SELECT room, usr, delivered::int, read::int FROM members WHERE room = ANY ($1)',
      [load.rooms],
    );
    return rows.flatMap(({ room, usr, delivered, read }) => [
      ...this.#highWater.rise(room, `delivered of ${usr}`, delivered),
      ...this.#highWater.rise(room, `read of ${usr}`, read),
    ]);
  }
}

// `npm run bench:append`: the append alone. The function that numbers, checks and stores messages, called on one connection as the
// room-service calls it, on the PostgreSQL and with the settings that ship; no bus, no gateway, no service. In turns with what
// PostgreSQL takes of the same rows without any of the checks: that says how much of it is the machine's.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@natter/infra/stack';
import { askFor, type Entry, entryOf } from '@natter/room-service/dist/log/entry.js';
import pg from 'pg';
import { askFloor, makeFloor } from './append-floor.js';
import { type Result, tables } from './report.js';
import type { Figures } from './scenarios/scenario.js';

const rooms = 200;
const seconds = 3;
const rounds = 5;
/** `database/statements.ts` of the room-service says why. */
const options = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c synchronous_commit=on';

interface Member {
  room: string;
  user: string;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function makeRooms(client: pg.Client): Promise<Member[]> {
  const { rows } = await client.query<Member>(
    `WITH made AS (
       INSERT INTO rooms (id, name, title, title_folded, topic, kind, visibility, history, members_can_invite, owner, created_at, members)
       SELECT gen_random_uuid(), 'bench-' || n, '', '', '', 'room', 'public', 'all', true, gen_random_uuid(), now(), 1
       FROM generate_series(1, $1) n RETURNING id, owner),
     head AS (INSERT INTO heads (room, last_seq, last_ts) SELECT id, 0, now() FROM made)
     INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read)
     SELECT id, owner, 'owner', 0, now(), 0, 0 FROM made RETURNING room, usr AS user`,
    [rooms],
  );
  await client.query('ANALYZE');
  return rows;
}

/** A message of 100 characters, as a ws-gateway hands it on. */
const entry = ({ room, user }: Member): Entry =>
  entryOf({ ref: 0, room, sender: user, username: 'somebody', id: randomUUID(), body: 'x'.repeat(100) });

/** Both answer with `ord, outcome, …`. */
const statements = {
  append: (batch: readonly Entry[]): pg.QueryArrayConfig => ({ ...askFor('plain', batch), rowMode: 'array' }),
  floor: (batch: readonly Entry[]) =>
    askFloor(batch.map(({ item: { room, sender }, text: payload }) => ({ room, sender, payload }))),
};
type Statement = keyof typeof statements;
const systems: Record<Statement, string> = { append: 'natter', floor: 'PostgreSQL' };

/** @returns rows a second that were stored in batches of `size`, in each of these rooms by turns */
async function store(client: pg.Client, as: Statement, members: readonly Member[], size: number): Promise<number> {
  let [stored, at] = [0, 0];
  const beganMs = performance.now();
  while (performance.now() - beganMs < seconds * 1_000) {
    const batch = Array.from({ length: size }, () => entry(members[at++ % members.length]!));
    const { rows } = await client.query<[number, number]>(statements[as](batch));
    if (!rows.every(([, outcome]) => outcome === 0)) throw new Error('a message was not stored');
    stored += rows.length;
  }
  return stored / ((performance.now() - beganMs) / 1_000);
}

async function measure(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, options });
  await client.connect();
  try {
    const members = await makeRooms(client);
    await makeFloor(client);
    const cases = [200, 50, 20, 1].flatMap((size) => [
      { what: `${size} a batch, ${rooms} rooms`, members, size },
      { what: `${size} a batch, one room`, members: members.slice(0, 1), size },
    ]);
    const results: Result[] = [];
    for (let round = 1; round <= rounds; round++) {
      const figures: Record<Statement, Figures> = { append: {}, floor: {} };
      // In turns: what one leaves to the background falls into the time of the next.
      for (const { what, members: among, size } of cases)
        for (const as of round % 2 === 0 ? (['append', 'floor'] as const) : (['floor', 'append'] as const)) {
          const rate = await store(client, as, among, size);
          figures[as][what] = rate;
          say(`  ${round}/${rounds} ${what}, ${systems[as]}: ${Math.round(rate)} rows/s`);
        }
      for (const as of ['append', 'floor'] as const)
        results.push({ scenario: 'the append alone, rows/s', system: systems[as], round, figures: figures[as] });
    }
    say(`\n${tables(results)}`);
  } finally {
    await client.end();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'natter-bench-'));
let stack: Stack | undefined;
try {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  stack = await startStack({ dataDir });
  await stack.waitReady(60_000);
  // Nothing reads or writes beside it; the services have made the tables.
  for (const { name } of stack.parts) if (name !== 'postgres') await stack.halt(name);
  await measure(stack.databaseUrls.natter_rooms);
} finally {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

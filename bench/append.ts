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
    const measured = new Map(cases.map(({ what }) => [what, [] as Record<Statement, number>[]]));
    for (let round = 1; round <= rounds; round++)
      for (const { what, members: among, size } of cases) {
        const rates = { append: 0, floor: 0 };
        // In turns: what one leaves to the background falls into the time of the next.
        for (const as of round % 2 === 0 ? (['append', 'floor'] as const) : (['floor', 'append'] as const))
          rates[as] = await store(client, as, among, size);
        measured.get(what)?.push(rates);
        say(`  ${round}/${rounds} ${what}: ${Math.round(rates.append)} rows/s of ${Math.round(rates.floor)}`);
      }
    say('\n| | rows/s, median (lowest–highest) | PostgreSQL alone | of that |\n| --- | ---: | ---: | ---: |');
    for (const [what, rates] of measured) {
      const whole = (rate: number) => Math.round(rate).toLocaleString('en');
      const cells = [
        spread(rates.map(({ append }) => append)).map(whole),
        spread(rates.map(({ floor }) => floor)).map(whole),
        spread(rates.map(({ append, floor }) => append / floor)).map((ratio) => ratio.toFixed(2)),
      ];
      say(`| ${what} | ${cells.map(([low, median, high]) => `${median} (${low}–${high})`).join(' | ')} |`);
    }
  } finally {
    await client.end();
  }
}

/** Lowest, median, highest. */
const spread = (values: readonly number[]): number[] =>
  [0, 0.5, 1].map((share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0);

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

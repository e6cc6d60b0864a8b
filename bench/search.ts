// `npm run bench:search [-- 1000000]`: a million messages in the log, found over HTTP as a client finds them. What is written here past the
// services is only what was said; the copy that search looks through is made by the room-service itself, and timed.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@natter/infra/stack';
import pg from 'pg';

const rooms = 200;
/** Rooms of the one who searches. */
const mine = 60;
const batch = 20_000;
const runsEach = 40;

/** Words as often as people use them: the n-th most frequent one has a share of about 1/n. */
const words =
  'the you và là không có và của được cho и в не на что это как а привет thanks hello meeting deploy build café naïve xin chào tuần này дела завтра отчёт đường phố sản phẩm release deadline выходные kangaroo xylophone'.split(
    ' ',
  );

interface Person {
  id: string;
  token: string;
}

interface Asked {
  what: string;
  q: string;
}

const questions: Asked[] = [
  { what: 'a word in every third message', q: 'the' },
  { what: 'frequent, Vietnamese without marks', q: 'khong' },
  { what: 'frequent, Russian', q: 'привет' },
  { what: 'two words in a row', q: 'xin chao' },
  { what: 'one message of a thousand', q: 'needle' },
  { what: 'one message of all', q: 'haystack-777777' },
  { what: 'nowhere', q: 'no such words at all' },
  { what: 'two characters', q: 'ay' },
  { what: 'a sign', q: '100%' },
];

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Fills the log (the older half was said in quiet rooms, the newer one in busy ones), waits for the copy, asks; prints what it measured. */
async function search(stack: Stack, messages: number): Promise<void> {
  say(`${messages} messages in ${rooms} rooms, ${mine} of them of the one who searches`);
  const person = await signUp(stack.url);
  const client = new pg.Client(stack.databaseUrls.natter_rooms);
  await client.connect();
  try {
    await fill(client, person, messages);
    await index(client, messages);
    await client.query('VACUUM ANALYZE'); // as the database itself does, but not at once
    for (const question of questions) await ask(stack, person, question);
  } finally {
    await client.end();
  }
}

async function signUp(url: string): Promise<Person> {
  const name = { username: 'searcher', password: 'correct horse battery' };
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { user: { id: string }; access_token: string };
  };
  await post('register', { ...name, email: 'searcher@example.org' });
  const { user, access_token } = await post('login', { login: name.username, password: name.password, token: true });
  return { id: user.id, token: access_token };
}

async function fill(client: pg.Client, person: Person, messages: number): Promise<void> {
  const beganAt = performance.now();
  await client.query(
    `WITH made AS (
       INSERT INTO rooms (id, name, title, title_folded, topic, kind, visibility, history, members_can_invite, owner, created_at, members)
       SELECT gen_random_uuid(), 'bench-' || lpad(n::text, 3, '0'), '', '', '', 'room', 'public', 'all', true,
              CASE WHEN n <= $2 THEN $1::uuid ELSE gen_random_uuid() END, now(), 1
       FROM generate_series(1, $3) n RETURNING id, owner),
     head AS (INSERT INTO heads (room, last_seq, last_ts) SELECT id, 0, now() FROM made)
     INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read) SELECT id, owner, 'owner', 1, now(), 1, 1 FROM made`,
    [person.id, mine, rooms],
  );
  for (let from = 0; from < messages; from += batch) {
    await client.query(
      `INSERT INTO log (room, seq, type, ts, sender, id, payload)
       SELECT r.id, $1::int / $3::int + g.n / $3::int + 1, 'message', now() - interval '30 days' + make_interval(secs => least($1::int + g.n, $5::int / 2) * 2 + greatest($1::int + g.n - $5::int / 2, 0) * 0.005), gen_random_uuid(),
              gen_random_uuid()::text,
              json_build_object('id', 'x', 'sender', json_build_object('id', 'x', 'username', 'x'), 'body', w.text, 'deleted', false)
       FROM generate_series(0, $2::int - 1) AS g (n)
       JOIN LATERAL (
         SELECT string_agg(($4::text[])[1 + floor(cardinality($4::text[]) * random() ^ 3)::int], ' ')
                || CASE WHEN ($1::int + g.n) % 997 = 7 THEN ' needle' ELSE '' END || CASE WHEN ($1::int + g.n) % 499 = 3 THEN ' 100% sure' ELSE '' END
                || CASE WHEN $1::int + g.n = $5::int / 4 * 3 / $3::int * $3::int + 30 THEN ' haystack-777777' ELSE '' END AS text
         FROM generate_series(1, 6 + g.n % 12)
       ) w ON true
       JOIN (SELECT id, row_number() OVER (ORDER BY name) - 1 AS place FROM rooms WHERE name LIKE 'bench-%') r ON r.place = g.n % $3::int`,
      [from, batch, rooms, words, messages],
    );
  }
  await client.query(
    `UPDATE heads SET last_seq = l.last FROM (SELECT room, max(seq) AS last FROM log GROUP BY room) l WHERE l.room = heads.room`,
  );
  say(`  written to the log in ${((performance.now() - beganAt) / 1_000).toFixed(0)} s`);
}

async function index(client: pg.Client, messages: number): Promise<void> {
  const beganAt = performance.now();
  for (;;) {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM heads h LEFT JOIN search_positions p ON p.room = h.room WHERE coalesce(p.seq, 0) <> h.last_seq`,
    );
    if (rows[0]?.n === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const seconds = (performance.now() - beganAt) / 1_000;
  const { rows } = await client.query<{ size: string; grams: string }>(
    `SELECT pg_size_pretty(pg_total_relation_size('search_blocks')) AS size,
            pg_size_pretty(pg_relation_size('search_blocks_grams')) AS grams`,
  );
  say(
    `  taken up by the room-service in ${seconds.toFixed(0)} s, ${(messages / seconds).toFixed(0)} messages/s; ${rows[0]?.size}, ${rows[0]?.grams} of them grams`,
  );
}

async function ask(stack: Stack, { token }: Person, { what, q }: Asked): Promise<void> {
  const took: number[] = [];
  let found = 0;
  for (let run = 0; run < runsEach; run++) {
    const beganAt = performance.now();
    const response = await fetch(`${stack.url}/api/search/messages?q=${encodeURIComponent(q)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const page = (await response.json()) as { items: unknown[] };
    took.push(performance.now() - beganAt);
    found = page.items.length;
  }
  took.sort((a, b) => a - b);
  const at = (share: number): string => took[Math.min(took.length - 1, Math.floor(took.length * share))]!.toFixed(1);
  say(`  ${what.padEnd(36)} «${q}»: ${found} on the page, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms`);
}

const messages = Number(process.argv[2] ?? 1_000_000);
if (!Number.isInteger(messages) || messages < batch) throw new Error(`how many messages? a number from ${batch} on`);
const dataDir = mkdtempSync(join(tmpdir(), 'natter-bench-'));
let stack: Stack | undefined;
try {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  stack = await startStack({ dataDir, env: { NATTER_RATE_FACTOR: '1000000' } });
  await stack.waitReady(60_000);
  await search(stack, messages);
} finally {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

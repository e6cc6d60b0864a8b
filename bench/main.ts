// `npm run bench`: Natter as it ships, on data of its own, under load. Prints what it measured and on what.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Stack, startStack } from '@natter/infra/stack';
import { cpuSeconds } from './cpu.js';
import { type Client, connect, createRoom, registerAll } from './population.js';
import { saturate } from './saturated.js';

interface Scenario {
  what: string;
  rooms: number;
  members: number;
  /** How many of each room's members send. */
  sendersPerRoom: number;
  inflight: number;
}

const scenarios: Record<string, Scenario> = {
  own: { what: '200 senders, each in a room of their own', rooms: 200, members: 1, sendersPerRoom: 1, inflight: 1 },
  many: { what: '50 rooms of 10, one sender each', rooms: 50, members: 10, sendersPerRoom: 1, inflight: 1 },
  one: { what: 'one room of 200, 10 senders × 8 in flight', rooms: 1, members: 200, sendersPerRoom: 10, inflight: 8 },
};

const help = `npm run bench -- [${Object.keys(scenarios).join('|')} …] [--seconds 10]\n`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '10' }, help: { type: 'boolean' } },
});
const chosen = positionals.length === 0 ? Object.keys(scenarios) : positionals;
const unknown = chosen.filter((name) => !Object.hasOwn(scenarios, name));
const seconds = Number(values.seconds);
if (values.help || unknown.length > 0 || !(seconds > 0)) {
  process.stdout.write(help);
  process.exit(values.help ? 0 : 1);
}

const dataDir = mkdtempSync(join(tmpdir(), 'natter-bench-'));
const say = (line: string) => process.stdout.write(`${line}\n`);
let stack: Stack | undefined;
try {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${seconds} s a scenario`);
  stack = await startStack({ dataDir, env: { NATTER_RATE_FACTOR: '1000000' } });
  await stack.waitReady(60_000);
  for (const name of chosen) await run(stack, name, scenarios[name]!);
} finally {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function run(on: Stack, name: string, scenario: Scenario): Promise<void> {
  say(`\n${name}: ${scenario.what}`);
  const clients: Client[] = [];
  const senders: Client[] = [];
  for (let n = 0; n < scenario.rooms; n++) {
    const people = await registerAll(on.url, scenario.members);
    const room = await createRoom(on.url, people);
    for (const [index, person] of people.entries()) {
      const wsUrl = on.wsUrls[clients.length % on.wsUrls.length]!;
      const client = await connect(wsUrl, person, room);
      clients.push(client);
      if (index < scenario.sendersPerRoom) senders.push(client);
    }
    if (process.stdout.isTTY) process.stdout.write(`\r  ${clients.length} sockets`);
  }
  if (process.stdout.isTTY) process.stdout.write('\r');
  const pids = new Map(on.parts.flatMap(({ name: part, pid }) => (pid === null ? [] : [[part, pid] as const])));
  const before = cpuSeconds(pids);
  const own = process.cpuUsage();
  const {
    acked,
    delivered,
    errors,
    latencies,
    seconds: took,
  } = await saturate(clients, senders, scenario.inflight, seconds * 1_000);
  const { user, system } = process.cpuUsage(own);
  const after = cpuSeconds(pids);
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(1);
  say(
    `  ${clients.length} sockets, ${(acked / took).toFixed(0)} acknowledged/s, ${(delivered / took).toFixed(0)} deliveries/s, ${errors} errors`,
  );
  say(`  ack p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms`);
  const cost = [...after].map(
    ([part, cpu]) => `${part} ${(((cpu - (before.get(part) ?? 0)) / acked) * 1e6).toFixed(0)}`,
  );
  say(`  µs of CPU a message: ${cost.join(', ')}; this generator ${((user + system) / acked).toFixed(0)}`);
  for (const { socket } of clients) socket.terminate();
}

// A nats-server of its own for one test file: subjects are global, so files must not share one. It is locked as in earnest: a
// service gets in with its key, and at the end must not have been refused anything. Who comes without a key is the test, and may all.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nkeys } from '@nats-io/transport-node';
import { busAccess, type BusUser, busUsers } from '@natter/contracts/bus-access';
import { inboxOf } from '@natter/contracts/subjects';
import { createLogger } from '../logger.js';
import { Bus } from '../nats.js';

export interface TestNats {
  url: string;
  /** Where a service finds the bus, and what opens it. */
  env: (user: BusUser) => { NATS_URL: string; NATS_NKEY_SEED: string };
  /** What services were refused, as nats-server logs it; a test that means it empties this. */
  refused: string[];
  /** Kills it the hard way and starts it again on the same port; with `wipe`, its store is lost. */
  restart: (options?: { wipe?: boolean }) => Promise<void>;
  /** @throws Error when a service was refused something */
  stop: () => Promise<void>;
}

const startTimeoutMs = 10_000;
/** Plays all other services, so it is answered by all. */
const tester = 'test';

/** The test's own connection, to which all is open: in it, calls come from others. */
export const openTestBus = (nats: TestNats): Promise<Bus> =>
  Bus.connect(
    tester,
    { NATS_URL: nats.url },
    'test',
    createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' }),
  );

export async function startTestNats(): Promise<TestNats> {
  const folder = mkdtempSync(join(tmpdir(), 'natter-test-nats-'));
  const store = join(folder, 'store');
  const seeds = {} as Record<BusUser, string>;
  const users: object[] = [{ user: tester, password: tester }];
  for (const user of busUsers) {
    const pair = nkeys.createUser();
    seeds[user] = new TextDecoder().decode(pair.getSeed());
    const { publish, subscribe } = busAccess(user);
    const permissions = { publish: { allow: [...publish, `${inboxOf(tester)}.>`] }, subscribe: { allow: subscribe } };
    users.push({ nkey: pair.getPublicKey(), permissions });
  }
  const config = join(folder, 'nats.json');
  writeFileSync(config, JSON.stringify({ no_auth_user: tester, authorization: { users, timeout: 10 } }));
  const refused: string[] = [];
  const start = (port: number) => launch(['-c', config, '-sd', store, '-p', String(port)], port, refused);
  let { child, port } = await start(-1);
  const url = `nats://127.0.0.1:${port}`;
  const kill = () =>
    new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.kill('SIGKILL');
    });
  return {
    url,
    env: (user) => ({ NATS_URL: url, NATS_NKEY_SEED: seeds[user] }),
    refused,
    restart: async ({ wipe = false } = {}) => {
      await kill();
      if (wipe) rmSync(store, { recursive: true, force: true });
      ({ child, port } = await start(port));
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
      if (refused.length > 0) throw new Error(`nats-server refused a service:\n${refused.join('\n')}`);
    },
  };
}

function launch(
  args: readonly string[],
  port: number,
  refused: string[],
): Promise<{ child: ChildProcess; port: number }> {
  const command = process.env['NATS_SERVER'] ?? 'nats-server';
  const child = spawn(command, ['-a', '127.0.0.1', '-js', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nats-server did not start in time')), startTimeoutMs);
    child.once('error', reject);
    let listening = port;
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (/Violation|authentication error/.test(line)) refused.push(line);
      const found = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found !== undefined) listening = Number(found);
      if (!line.includes('Server is ready')) return;
      clearTimeout(timer);
      resolve({ child, port: listening });
    });
  });
}

// The stack with stand-ins for the services: how it starts, survives, refuses and ends.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { isAlive, processById } from './processes.js';
import { SERVICES } from './services.js';
import { type Stack, type StackOptions, startStack } from './stack.js';
import { waitUntil } from './wait.js';

const STAND_IN = `
const { createServer } = require('node:http');
const answer = (_, response) => response.end(JSON.stringify(process.env));
createServer(answer).listen(Number(process.env.HEALTH_PORT), '127.0.0.1');
if (process.env.PORT) createServer(answer).listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
`;

let folder: string;
const stacks: Stack[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-stack-'));
  for (const service of SERVICES) {
    await mkdir(join(folder, service, 'dist'), { recursive: true });
    await writeFile(join(folder, service, 'dist', 'main.js'), STAND_IN);
  }
});
afterEach(() => Promise.all(stacks.splice(0).map((stack) => stack.stop())));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** On the backends all integration tests share: what is tested here is what stands above them. */
async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const backends = { databaseUrl: inject('databaseUrl'), natsUrl: inject('natsUrl') };
  const stack = await startStack({ dataDir: join(folder, 'data'), root: folder, ...backends, ...options });
  stacks.push(stack);
  await stack.waitReady(20_000);
  return stack;
}

it('starts every part and tells each where the others are', async () => {
  const stack = await start({ wsGateways: 3, env: { NATTER_RATE_FACTOR: '100' } });
  const names = stack.parts.map(({ name }) => name);
  expect(names).toEqual(['auth-1', 'room-1', 'session-1', 'notification-1', 'ws-1', 'ws-2', 'ws-3', 'gateway-1']);
  const env = (await (await fetch(stack.url)).json()) as Record<string, string>;
  expect(env).toMatchObject({ INSTANCE_ID: 'gateway-1', NATTER_RATE_FACTOR: '100', NATTER_INSECURE_HTTP: '1' });
  expect(stack.wsUrls).toEqual(env['WS_UPSTREAMS']?.split(',').map((address) => `ws://${address}/ws`));
  expect(env['NATTER_ORIGINS']).toBe(`${stack.url.replace('127.0.0.1', 'localhost')},${stack.url}`);
  expect(stack.databaseUrls.natter_rooms).toMatch(/\/natter_rooms$/);
});

it('runs a part the way the caller arranges it', async () => {
  const stack = await start({
    arrange: (part) =>
      part.name === 'ws-1' ? { ...part, env: { ...part.env, NATS_URL: 'nats://elsewhere:1' } } : part,
  });
  const natsUrlOf = async (url: string): Promise<string> =>
    ((await (await fetch(url)).json()) as { NATS_URL: string }).NATS_URL;
  expect(await natsUrlOf(stack.wsUrls[0]?.replace('ws:', 'http:') ?? '')).toBe('nats://elsewhere:1');
  expect(await natsUrlOf(stack.url)).toBe(stack.natsUrl);
});

it('brings a killed part back, and leaves a halted one down', async () => {
  const stack = await start();
  const pidOf = (name: string) => stack.parts.find((part) => part.name === name)?.pid;
  const before = pidOf('room-1');
  await stack.kill('room-1', 'SIGKILL');
  await stack.whenReady('room-1', 10_000);
  expect(pidOf('room-1')).not.toBe(before);
  await stack.halt('ws-2');
  expect(pidOf('ws-2')).toBeNull();
  await expect(stack.whenReady('ws-2', 300)).rejects.toThrow('ws-2 is down');
  stack.start('ws-2');
  await stack.whenReady('ws-2', 10_000);
});

it('notices a part that is paused', async () => {
  const stack = await start();
  await stack.kill('session-1', 'SIGSTOP');
  await expect(stack.whenReady('session-1', 300)).rejects.toThrow('session-1 is not answering');
  await stack.kill('session-1', 'SIGCONT');
  await stack.whenReady('session-1', 10_000);
});

it('leaves nothing running when it stops', async () => {
  const stack = await start();
  const processes = stack.parts.map(({ pid }) => processById(pid ?? 0) ?? expect.fail('a part does not run'));
  await stack.stop();
  expect(processes.filter(isAlive)).toEqual([]);
});

it('refuses data that another stack uses, and a port that somebody holds', async () => {
  await start();
  await expect(start()).rejects.toThrow('Natter already runs on the data');
  const holder = createServer();
  const port = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port));
  });
  const refusal = start({ dataDir: join(folder, 'other'), port });
  await expect(refusal).rejects.toThrow(`Port ${port} is taken by`);
  await expect(refusal).rejects.toThrow(`(pid ${process.pid}): \`PORT=${port + 1} npm start\`.`);
  holder.close();
});

it('takes away what a killed launcher left behind', async () => {
  const dataDir = join(folder, 'killed');
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', launcherScript(dataDir)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  launcher.stdout.on('data', (chunk) => (output += chunk));
  await waitUntil(() => output.includes('\n'), 20_000);
  const orphans: number[] = JSON.parse(output);
  launcher.kill('SIGKILL');
  await waitUntil(() => launcher.signalCode !== null, 5_000);
  const alive = () => orphans.filter((pid) => processById(pid) !== null);
  expect(alive()).toEqual(orphans);

  const said: string[] = [];
  await start({ dataDir, logSink: ({ text }) => said.push(text) });
  expect(alive()).toEqual([]);
  const named = said.filter((text) => text.includes('was left running by a launcher that was killed'));
  expect(named).toHaveLength(orphans.length);
});

/** A launcher of its own process, from what `tsc` built; prints the pids of its parts once they are ready. */
function launcherScript(dataDir: string): string {
  const options = { dataDir, root: folder, databaseUrl: inject('databaseUrl'), natsUrl: inject('natsUrl') };
  return `
    const { startStack } = await import(${JSON.stringify(new URL('../dist/stack.js', import.meta.url).href)});
    const stack = await startStack(${JSON.stringify(options)});
    await stack.waitReady(20_000);
    console.log(JSON.stringify(stack.parts.map(({ pid }) => pid)));
  `;
}

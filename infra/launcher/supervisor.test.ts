import { afterEach, expect, it } from 'vitest';
import { isAlive } from './processes.js';
import { type PartChange, type PartSpec, Supervisor } from './supervisor.js';
import { waitUntil } from './wait.js';

const started: Supervisor[] = [];
afterEach(() => Promise.all(started.splice(0).map((part) => part.stop(500))));

function supervise(script: string, restart: boolean, more: Partial<PartSpec> = {}) {
  const changes: PartChange[] = [];
  const lines: string[] = [];
  const spec: PartSpec = {
    name: 'dummy',
    command: process.execPath,
    args: ['-e', script],
    env: {},
    stopSignal: 'SIGTERM',
    isReady: async () => true,
    ...more,
  };
  const events = {
    change: (_: Supervisor, change: PartChange) => changes.push(change),
    line: (_: Supervisor, line: string) => lines.push(line),
  };
  const part = new Supervisor(spec, events, restart);
  started.push(part);
  return { part, changes, lines, kinds: () => changes.map(({ kind }) => kind) };
}

const STAY = 'setInterval(() => {}, 1000)';

it('starts a part, reports it ready and stops it', async () => {
  const { part, kinds } = supervise(STAY, true);
  part.start();
  expect(await waitUntil(() => part.state === 'ready', 5_000)).toBe(true);
  await part.stop(2_000);
  expect(part.state).toBe('down');
  expect(kinds()).toEqual(['started', 'ready', 'stopped']);
});

it('passes on what the part writes', async () => {
  const { part, lines } = supervise(`console.log('one\\ntwo'); ${STAY}`, true);
  part.start();
  await waitUntil(() => lines.length === 2, 5_000);
  expect(lines).toEqual(['one', 'two']);
});

it('starts a part that died again, after the wait it announced', async () => {
  const { part, changes, kinds } = supervise(STAY, true);
  part.start();
  await waitUntil(() => part.state === 'ready', 5_000);
  part.signal('SIGKILL');
  expect(await waitUntil(() => kinds().filter((kind) => kind === 'ready').length === 2, 5_000)).toBe(true);
  const died = changes.find((change) => change.kind === 'died');
  expect(died).toMatchObject({ cause: 'SIGKILL' });
  expect(died?.waitMs).toBeGreaterThanOrEqual(250);
  expect(died?.waitMs).toBeLessThanOrEqual(500);
});

it('leaves a part down that died when it is not to restart', async () => {
  const { part, changes } = supervise('process.exit(3)', false, { isReady: async () => false });
  part.start();
  await waitUntil(() => changes.some(({ kind }) => kind === 'died'), 5_000);
  expect(changes.at(-1)).toMatchObject({ kind: 'died', cause: 'exit 3', waitMs: null });
  expect(part.wanted).toBe(false);
});

it('takes a failure before the start for a death', async () => {
  const beforeStart = async (): Promise<void> => {
    throw new Error('the way is blocked');
  };
  const { part, changes } = supervise(STAY, false, { beforeStart });
  part.start();
  await waitUntil(() => changes.length > 0, 5_000);
  expect(changes[0]).toMatchObject({ kind: 'died', cause: 'the way is blocked' });
});

it('kills a part that does not listen, even a paused one', async () => {
  const { part, lines } = supervise(`process.on('SIGTERM', () => {}); console.log('deaf'); ${STAY}`, true);
  part.start();
  await waitUntil(() => lines.length > 0, 5_000);
  part.signal('SIGSTOP');
  const process = part.process;
  await part.stop(200);
  expect(process && isAlive(process)).toBe(false);
});

it('says why a command that does not exist did not start', async () => {
  const { part, changes } = supervise('', false, { command: '/nowhere/natter' });
  part.start();
  await waitUntil(() => changes.length > 0, 5_000);
  expect(changes[0]).toMatchObject({ kind: 'died', cause: expect.stringContaining('ENOENT') });
});

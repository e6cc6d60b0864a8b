// A nats-server of its own for one test file: subjects are global, so files must not share one.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestNats {
  url: string;
  /** Kills it the hard way and starts it again on the same port; with `wipe`, its store is lost. */
  restart: (options?: { wipe?: boolean }) => Promise<void>;
  stop: () => Promise<void>;
}

const startTimeoutMs = 10_000;

export async function startTestNats(): Promise<TestNats> {
  const store = mkdtempSync(join(tmpdir(), 'natter-test-nats-'));
  let { child, port } = await launch(store, -1);
  const kill = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  return {
    url: `nats://127.0.0.1:${port}`,
    restart: async ({ wipe = false } = {}) => {
      await kill();
      if (wipe) rmSync(store, { recursive: true, force: true });
      ({ child, port } = await launch(store, port));
    },
    stop: async () => {
      await kill();
      rmSync(store, { recursive: true, force: true });
    },
  };
}

function launch(store: string, port: number): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(
    process.env['NATS_SERVER'] ?? 'nats-server',
    ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', store],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nats-server did not start in time')), startTimeoutMs);
    child.once('error', reject);
    let listening = port;
    createInterface({ input: child.stderr! }).on('line', (line) => {
      const found = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found !== undefined) listening = Number(found);
      if (!line.includes('Server is ready')) return;
      clearTimeout(timer);
      resolve({ child, port: listening });
    });
  });
}

/// <reference types="vitest" />
// What integration tests run on: one real PostgreSQL and one real nats-server for all of them, in a temporary
// folder that goes away with them. vitest runs this before and after the `int` project.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { takeDataFolder } from './data-folder.js';
import { embeddedPostgres } from './embedded-postgres.js';
import { findNatsServer, keptSeeds, natsServer } from './nats-server.js';
import { freePort } from './ports.js';
import { type PartSpec, Supervisor } from './supervisor.js';
import { waitUntil } from './wait.js';

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of a PostgreSQL server; tests make databases of their own on it. */
    databaseUrl: string;
    /** A nats-server with JetStream, locked: nobody here has a key. */
    natsUrl: string;
  }
}

/** Starts both and tells the tests where they are; returns what stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = takeDataFolder(await mkdtemp(join(tmpdir(), 'natter-int-')));
  const taken = new Set<number>();
  const ports = { postgres: await freePort(taken), nats: await freePort(taken) };
  const seeds = keptSeeds(folder.at('secrets.json'));
  const nats = natsServer(findNatsServer(process.env, console.log), folder.at('nats'), ports.nats, seeds);
  const postgres = await embeddedPostgres(folder.at('postgres'), ports.postgres, 'natter', console.log);
  const running = [nats.part, postgres.part].map(run);

  const killAll = (): void => running.forEach((part) => part.signal('SIGKILL'));
  process.once('exit', killAll);
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((part) => part.stop(STOP_TIMEOUT_MS)));
    process.off('exit', killAll);
    await rm(folder.path, { recursive: true, force: true });
  };

  if (!(await waitUntil(() => running.every(({ state }) => state === 'ready'), READY_TIMEOUT_MS, 20))) {
    await stop();
    throw new Error(`the backends of the integration tests were not ready within ${READY_TIMEOUT_MS} ms`);
  }
  project.provide('databaseUrl', postgres.url);
  project.provide('natsUrl', nats.url);
  process.env['TEST_DATABASE_URL'] = postgres.url;
  process.env['TEST_NATS_URL'] = nats.url;
  return stop;
}

/** They are quiet but for an early death, which says why the tests cannot run. */
function run(spec: PartSpec): Supervisor {
  const last: string[] = [];
  const part = new Supervisor(
    spec,
    {
      line: (_, line) => last.push(line) > 10 && last.shift(),
      change: ({ name }, change) => {
        if (change.kind === 'died') console.error(`${name} died (${change.cause}):\n${last.join('\n')}`);
      },
    },
    false,
  );
  part.start();
  return part;
}

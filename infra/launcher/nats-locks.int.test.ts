// The locks of the bus, on the real nats-server with the configuration of an installation.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  AuthorizationError,
  connect,
  createInbox,
  type NatsConnection,
  nkeyAuthenticator,
  PermissionViolationError,
} from '@nats-io/transport-node';
import { type BusUser, busUsers } from '@natter/contracts/bus-access';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSeed } from '../../packages/service-kit/nkeys.mjs';
import { findNatsServer, keptSeeds, type NatsSeeds, type NatsServer, natsServer } from './nats-server.js';
import { freePort } from './ports.js';
import { Supervisor } from './supervisor.js';
import { waitUntil } from './wait.js';

let folder: string;
let seeds: NatsSeeds;
let server: NatsServer;
let running: Supervisor;
const open: NatsConnection[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-locks-'));
  seeds = keptSeeds(join(folder, 'secrets.json'));
  const binary = findNatsServer(process.env, () => undefined);
  server = natsServer(binary, join(folder, 'nats'), await freePort(new Set()), seeds);
  running = new Supervisor(server.part, { line: () => undefined, change: () => undefined }, false);
  running.start();
  expect(await waitUntil(() => running.state === 'ready', 20_000, 20)).toBe(true);
});
afterAll(async () => {
  await Promise.all(open.map((nc) => nc.close()));
  await running.stop(5_000);
  await rm(folder, { recursive: true, force: true });
});

async function enter(seed?: string): Promise<NatsConnection> {
  const key = seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) };
  const nc = await connect({ servers: server.url, reconnect: false, timeout: 10_000, ...key });
  open.push(nc);
  return nc;
}

/** What nats-server says to it: the refused subject, or nothing. */
async function refusal(nc: NatsConnection, act: () => unknown): Promise<string | undefined> {
  let refused: string | undefined;
  const statuses = nc.status();
  void (async () => {
    for await (const status of statuses)
      if (status.type === 'error' && status.error instanceof PermissionViolationError) refused = status.error.subject;
  })();
  act();
  await nc.flush(); // a refusal comes before the answer to a ping,
  await new Promise(setImmediate); // and is told in the turn after it
  return refused;
}
const publishing = async (user: BusUser, subject: string) => {
  const nc = await enter(seeds[user]);
  return refusal(nc, () => nc.publish(subject, '{}'));
};
const hearing = async (user: BusUser, subject: string, queue?: string) => {
  const nc = await enter(seeds[user]);
  return refusal(nc, () => nc.subscribe(subject, { callback: () => undefined, ...(queue && { queue }) }));
};

describe('the bus', () => {
  it('lets nobody in without a key, with one it does not know, or with a name and a password', async () => {
    await expect(enter()).rejects.toBeInstanceOf(AuthorizationError);
    await expect(enter(newSeed())).rejects.toBeInstanceOf(AuthorizationError);
    const named = connect({ servers: server.url, user: 'gateway', pass: '', reconnect: false });
    await expect(named).rejects.toBeInstanceOf(AuthorizationError);
  });

  it('lets every service in, to its own inbox and no other', async () => {
    for (const user of busUsers) {
      expect(await hearing(user, `${createInbox(`_INBOX.${user}`)}.*`)).toBeUndefined();
      const other = busUsers.find((name) => name !== user)!;
      for (const inbox of [`_INBOX.${other}.>`, '_INBOX.>', createInbox()])
        expect(await hearing(user, inbox)).toBe(inbox);
    }
  });

  const foreign: [BusUser, string][] = [
    ['auth-service', 'natter.instance.>'],
    ['auth-service', 'natter.rpc.room.get'],
    ['gateway', 'natter.instance.ws-1.deliver'],
    ['gateway', 'natter.rpc.session.login'],
    ['notification-service', 'natter.log.append'],
    ['room-service', 'natter.rpc.session.>'],
    ['session-service', '$KV.>'],
    ['ws-gateway', 'natter.>'],
    ['ws-gateway', '$JS.API.>'],
    ['ws-gateway', '>'],
  ];
  it.each(foreign)('does not let the %s hear %s', async (user, subject) => {
    expect(await hearing(user, subject)).toBe(subject);
    expect(await hearing(user, subject, user)).toBe(subject);
  });

  const unspoken: [BusUser, string][] = [
    ['auth-service', 'natter.log.append'],
    ['notification-service', '_INBOX.auth-service.x.y'],
    ['gateway', 'natter.event.session.ended'],
    ['gateway', 'natter.rpc.audit.record'],
    ['notification-service', 'natter.instance.ws-1.deliver'],
    ['room-service', '$KV.natter_interest.a.b'],
    ['room-service', '$JS.API.STREAM.DELETE.KV_natter_interest'],
    ['room-service', '$JS.API.CONSUMER.CREATE.KV_natter_leases.x'],
    ['session-service', 'natter.instance.ws-1.deliver'],
    ['session-service', '$JS.API.STREAM.CREATE.other'],
    ['ws-gateway', 'natter.rpc.session.login'],
    ['ws-gateway', '$KV.natter_leases.ws-1'],
  ];
  it.each(unspoken)('does not let the %s say %s', async (user, subject) => {
    expect(await publishing(user, subject)).toBe(subject);
  });

  it('lets services do their work', async () => {
    expect(await publishing('ws-gateway', 'natter.log.append')).toBeUndefined();
    expect(await publishing('room-service', 'natter.instance.ws-1.deliver')).toBeUndefined();
    expect(await publishing('room-service', '_INBOX.gateway.x.y')).toBeUndefined();
    expect(await publishing('session-service', '$KV.natter_interest.a.b')).toBeUndefined();
    expect(await hearing('ws-gateway', 'natter.instance.ws-1.deliver')).toBeUndefined();
  });

  it('opens a call to those that answer it in their queue group only, so that each reaches one of them', async () => {
    const call = 'natter.rpc.session.login';
    expect(await hearing('auth-service', call, 'auth-service')).toBeUndefined();
    expect(await hearing('auth-service', call)).toBe(call);
    expect(await hearing('auth-service', call, 'another')).toBe(call);
  });

  it('is told of in the log of a service whose key it does not know; the key is not', async () => {
    const seed = newSeed();
    const main = fileURLToPath(new URL('../../session-service/dist/main.js', import.meta.url));
    const env = { PATH: process.env['PATH'], NATS_URL: server.url, NATS_NKEY_SEED: seed, INSTANCE_ID: 'session-1' };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    try {
      expect(await waitUntil(() => said.includes('\n'), 30_000, 20)).toBe(true);
      expect(said).toContain('NATS does not let this service in');
      expect(said).not.toContain(seed);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

// The whole service but for Nest, on a real database and a real bus; the services it asks are played by this file.
import { randomUUID } from 'node:crypto';
import { StorageType } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { type AuditFact, recordAudit } from '@natter/contracts/admin';
import { getOwnUsers } from '@natter/contracts/auth';
import { type ErrorCode, NatterError } from '@natter/contracts/errors';
import { type Permission, permissions as allPermissions } from '@natter/contracts/events';
import { addNotice } from '@natter/contracts/notifications';
import type { RequestOf, Rpc } from '@natter/contracts/rpc';
import { buckets, subjects } from '@natter/contracts/subjects';
import { decodeDelivery, type Delivery, type EventBytes } from '@natter/service-kit/delivery';
import { Registry } from '@natter/service-kit/metrics';
import { Bus } from '@natter/service-kit/nats';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { expect } from 'vitest';
import { Parts } from '../parts.js';
import { createRoomsDatabase, type RoomsDatabase, silent } from './rooms-database.js';
import { until } from './wait.js';

/** What a refused call rejects with. */
export const refused = (code: ErrorCode) => expect.objectContaining({ code });

export interface Account {
  id: string;
  username: string;
  display_name: string;
  avatar: string | null;
  permissions: Permission[];
  disabled: boolean;
  version: number;
}

/** The auth-service and the notification-service, as far as they are asked. */
export class Others {
  readonly accounts = new Map<string, Account>();
  readonly notices: RequestOf<typeof addNotice>[] = [];
  readonly facts: AuditFact[] = [];
  /** What is asked fails as if nobody answered. */
  away = false;

  /** Makes an account with all grants, unless told otherwise. @returns its id */
  account(username: string, permissions: Permission[] = [...allPermissions]): string {
    const id = randomUUID();
    this.accounts.set(id, {
      id,
      username,
      display_name: username,
      avatar: null,
      permissions,
      disabled: false,
      version: 1,
    });
    return id;
  }

  readonly call = async (definition: Rpc, request: { users?: string[]; facts?: AuditFact[] }): Promise<unknown> => {
    if (this.away) throw new NatterError('unavailable');
    if (definition.subject === getOwnUsers.subject)
      return { users: request.users?.flatMap((id) => this.accounts.get(id) ?? []) };
    if (definition.subject === recordAudit.subject) this.facts.push(...(request.facts ?? []));
    if (definition.subject === addNotice.subject) this.notices.push(request as RequestOf<typeof addNotice>);
    return {};
  };
}

export interface TestService {
  parts: Parts;
  database: RoomsDatabase;
  nats: TestNats;
  /** The others' end of it. */
  bus: Bus;
  others: Others;
  /** What instance `ws-1`, which is interested in every room of `interested`, was sent. */
  delivered: Delivery[];
  /** Its events, in the order in which they came. */
  events: () => EventBytes[];
  interested: (room: string) => Promise<void>;
  stop: () => Promise<void>;
}

export async function startService(): Promise<TestService> {
  const [database, nats] = await Promise.all([createRoomsDatabase(), startTestNats()]);
  const own = await Bus.connect('room-service', nats.env('room-service'), 'room-test', silent);
  const bus = await openTestBus(nats);
  const bucket = await new Kvm(bus.nc).create(buckets.interest, { storage: StorageType.Memory });
  const others = new Others();
  const parts = new Parts({
    databaseUrl: database.url,
    replica: 'room-test',
    logger: silent,
    dataSource: database.dataSource,
    bus: own,
    rpc: others as unknown as RpcClient,
    metrics: new Registry(),
    fileQuotaBytes: 1_000,
  });
  const delivered: Delivery[] = [];
  const callback = (_: Error | null, message: { data: Uint8Array }) =>
    void delivered.push(decodeDelivery(message.data.slice()));
  bus.nc.subscribe(subjects.instanceDeliver('ws-1'), { callback });
  await bus.nc.flush();
  parts.start();
  await until('all is connected', () => parts.connection.isOpen && parts.interest.isWatching);
  return {
    parts,
    database,
    nats,
    bus,
    others,
    delivered,
    events: () => delivered.flatMap(({ events }) => events),
    interested: async (room) => {
      await bucket.put(`${room}.ws-1`, 'incarnation');
      await until('the interest is known', () => [...parts.interest.instancesOf(room)].includes('ws-1'));
    },
    stop: async () => {
      await parts.stop();
      await parts.close();
      await own.close();
      await bus.close();
      await database.drop();
      await nats.stop();
    },
  };
}

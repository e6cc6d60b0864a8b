import { randomUUID } from 'node:crypto';
import { copyUsers, getOwnUsers } from '@natter/contracts/auth';
import { addMember, liftBan, listBans, removeMember, setRole } from '@natter/contracts/members';
import { advanceCursors, listEvents, listMessages, sendMessage } from '@natter/contracts/messages';
import { listLateMessages } from '@natter/contracts/notifications';
import {
  createRoom,
  deleteRoom,
  getRoom,
  joinRoom,
  leaveRoom,
  listMembers,
  listMemberships,
  listMyRooms,
  type LogBeat,
  patchRoom,
  searchRooms,
} from '@natter/contracts/rooms';
import { queues, subjects } from '@natter/contracts/subjects';
import { createKit, type Kit } from '@natter/service-kit/kit.module';
import { createMicroservice } from '@natter/service-kit/microservice';
import type { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import type { INestMicroservice } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';
import { configSchema } from './config.js';
import { until } from './testing/wait.js';

const ann = { id: randomUUID(), username: 'ann', display_name: 'Ann', avatar: null };
const bob = { id: randomUUID(), username: 'bob', display_name: 'Bob', avatar: null };

let nats: TestNats;
let database: TestDatabase;
let kit: Kit;
let bus: Bus;
let app: INestMicroservice;

beforeAll(async () => {
  [nats, database] = await Promise.all([startTestNats(), createTestDatabase()]);
  const own = { DATABASE_URL: database.url, INSTANCE_ID: 'room-test', LOG_LEVEL: 'silent' };
  kit = await createKit('room-service', configSchema.parse({ ...nats.env('room-service'), ...own }));
  bus = await openTestBus(nats);
  app = await createMicroservice(kit, AppModule, queues.rooms);
  await app.listen();
  // The auth-service, as far as it is asked for grants.
  bus.nc.subscribe(getOwnUsers.subject, {
    callback: (_, message) => {
      const { id } = message.json<{ id: string }>();
      const users = [{ ...ann, permissions: ['create_room', 'invite_members', 'remove_members'], disabled: false }];
      message.respond(JSON.stringify({ id, response: { users }, isDisposed: true }));
    },
  });
});

afterAll(async () => {
  await app?.close();
  await kit?.bus.close();
  await bus?.close();
  kit?.health.close();
  await nats?.stop();
  await database?.drop();
});

describe('the room-service on the bus', () => {
  it('answers every call of its contract', async () => {
    const rpc = new RpcClient(bus);
    const users = [ann, bob].map((user) => ({ ...user, permissions: [], disabled: false, version: 1 }));
    await rpc.call(copyUsers, { users });
    const { room } = await rpc.call(createRoom, { actor: ann.id, name: 'Lobby' });
    expect(room).toMatchObject({ name: 'lobby', owner: ann.id, last_seq: 1 });
    const asked = { actor: bob.id, room: 'lobby' };
    expect(await rpc.call(joinRoom, asked)).toMatchObject({ room: { id: room.id, role: 'member' } });
    const message = { ...asked, username: 'bob', id: randomUUID(), body: 'hello' };
    expect(await rpc.call(sendMessage, message)).toMatchObject({ seq: 3 });
    expect((await rpc.call(listMessages, { ...asked, limit: 10 })).items).toMatchObject([{ body: 'hello' }]);
    expect((await rpc.call(listEvents, { ...asked, after: 0, limit: 10 })).items).toHaveLength(3);
    expect((await rpc.call(listMyRooms, { actor: bob.id })).items).toMatchObject([{ id: room.id }]);
    expect((await rpc.call(searchRooms, { actor: bob.id, q: 'OBB' })).items).toMatchObject([{ id: room.id }]);
    expect((await rpc.call(listMembers, asked)).items.map(({ user }) => user)).toEqual([ann, bob]);
    await rpc.call(advanceCursors, { items: [{ user: ann.id, room: room.id, delivered: 3 }] });
    const { users: found } = await rpc.call(listMemberships, { users: [ann.id] });
    expect(found).toMatchObject([{ user: ann.id, rooms: [{ delivered: 3, unread: 1 }] }]);
    const askers = [{ user: ann.id, dismissed: {} }];
    expect(await rpc.call(listLateMessages, { users: askers, limit: 10 })).toMatchObject({ users: [{ count: 0 }] });
    const patched = await rpc.call(patchRoom, { actor: ann.id, room: 'lobby', name: 'Hall' });
    expect(patched.room).toMatchObject({ name: 'hall', last_seq: 4 });
    const done = { actor: ann.id, room: 'hall', user: bob.id };
    expect(await rpc.call(setRole, { ...done, role: 'admin' })).toMatchObject({ member: { role: 'admin' } });
    await rpc.call(removeMember, { ...done, ban: true });
    expect((await rpc.call(listBans, done)).items).toMatchObject([{ user: bob, by: ann }]);
    await rpc.call(liftBan, done);
    expect(await rpc.call(addMember, done)).toMatchObject({ added: true, member: { user: bob } });
    await rpc.call(leaveRoom, { ...asked, room: room.id });
    expect((await rpc.call(getRoom, { ...asked, room: 'hall' })).room).toMatchObject({ role: null, members: 1 });
    await rpc.call(deleteRoom, { actor: ann.id, room: 'hall' });
    await expect(rpc.call(getRoom, { ...asked, room: 'hall' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a request of the wrong shape', async () => {
    await expect(new RpcClient(bus).call(getRoom, { actor: 'ann', room: 'x y' })).rejects.toMatchObject({
      code: 'bad_request',
    });
  });

  it('says what is missing before it is ready, and beats all the while', async () => {
    const beats: LogBeat[] = [];
    bus.onJson<LogBeat>(subjects.logBeat, (beat) => beats.push(beat));
    await until('two beats came', () => beats.length === 2);
    expect(beats[1]!.n - beats[0]!.n).toBe(1);
    expect((await kit.health.report()).checks).toMatchObject({
      nats: 'ok',
      postgres: 'ok',
      append: 'ok',
      interest: 'the session-service has no bucket yet',
    });
  });
});

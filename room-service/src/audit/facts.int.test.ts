import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../testing/service.js';
import { until } from '../testing/wait.js';

let service: TestService;
let owner: string;
let member: string;

beforeAll(async () => {
  service = await startService();
  owner = service.others.account('owner', ['create_room', 'invite_members', 'remove_members']);
  member = service.others.account('member');
});
afterAll(() => service?.stop());

const createRoom = async (name: string) => {
  const { parts } = service;
  const body = { visibility: 'public', history: 'all', members_can_invite: true } as const;
  return (await parts.rooms.create({ ...body, name, members: [member], actor: owner })).room;
};
const factsOf = (room: string) => service.others.facts.filter((fact) => fact.room === room);
const waiting = async (): Promise<number> => {
  const [row] = await service.database.dataSource.query(`SELECT count(*) AS n FROM audit_facts`);
  return (row as { n: number }).n;
};

describe('what belongs on the audit trail', () => {
  it('is who was removed or banned, and who deleted a room, by whom and what it was called', async () => {
    const { id: room } = await createRoom('audited');
    const { moderation, members, rooms } = service.parts;
    await moderation.remove({ actor: owner, room, user: member, ban: false });
    await members.join({ actor: member, room });
    await moderation.remove({ actor: owner, room, user: member, ban: true });
    await rooms.delete({ actor: owner, room });
    await until('all is handed over', () => factsOf(room).length === 3);
    const about = { by: owner, room, room_name: 'audited', ts: expect.any(String) as string };
    expect(factsOf(room).sort((a, b) => a.ts.localeCompare(b.ts))).toEqual([
      { id: `kicked-${room}-3`, action: 'member_removed', user: member, ...about },
      { id: `banned-${room}-5`, action: 'member_banned', user: member, ...about },
      { id: `deleted-${room}`, action: 'room_deleted', ...about },
    ]);
    await until('the outbox is empty', async () => (await waiting()) === 0);
  });

  it('is who deleted whose message, once and without a word of it; what is refused or repeated is not', async () => {
    const { id: room } = await createRoom('erased');
    const { messages } = service.parts;
    const say = async (actor: string) =>
      (await messages.send({ actor, username: 'somebody', room, id: randomUUID(), body: 'a secret that is gone' })).seq;
    const erase = (actor: string, target: number, id: string = randomUUID()) =>
      messages.delete({ actor, username: 'somebody', room, target, id });
    const [own, others] = [await say(member), await say(owner)];
    await expect(erase(member, others)).rejects.toMatchObject({ code: 'forbidden' });
    const id = randomUUID();
    await erase(owner, own, id);
    await erase(owner, own, id);
    await expect(erase(member, own)).rejects.toMatchObject({ code: 'gone' });
    await erase(owner, others);
    await until('all is handed over', () => factsOf(room).length === 2);
    const about = { action: 'message_deleted', by: owner, room, room_name: 'erased', ts: expect.any(String) as string };
    expect(factsOf(room)).toEqual([
      { id: `message-${room}-${own}`, user: member, seq: own, ...about },
      { id: `message-${room}-${others}`, user: owner, seq: others, ...about },
    ]);
    await until('the outbox is empty', async () => (await waiting()) === 0);
  });

  it('is not who leaves, joins or gets a role', async () => {
    const { id: room } = await createRoom(`calm-${randomUUID().slice(0, 8)}`);
    const { moderation, members } = service.parts;
    await moderation.setRole({ actor: owner, room, user: member, role: 'admin' });
    await members.leave({ actor: member, room });
    expect([factsOf(room), await waiting()]).toEqual([[], 0]);
  });

  it('waits for the auth-service, and is handed over once it is back; what is undone leaves nothing', async () => {
    const { id: room } = await createRoom('patient');
    service.others.away = true;
    await service.parts.rooms.delete({ actor: owner, room });
    await expect(service.parts.rooms.delete({ actor: owner, room })).rejects.toMatchObject({ code: 'not_found' });
    expect([factsOf(room), await waiting()]).toEqual([[], 1]);
    service.others.away = false;
    await until('it is handed over', () => factsOf(room).length === 1);
    await until('the outbox is empty', async () => (await waiting()) === 0);
  });
});

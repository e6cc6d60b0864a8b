import { randomUUID } from 'node:crypto';
import type { AppendRequest, PageRequest } from '@natter/contracts/messages';
import { subjects } from '@natter/contracts/subjects';
import { decodeDelivery } from '@natter/service-kit/delivery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../testing/service.js';
import { until } from '../testing/wait.js';

let service: TestService;
let ann: string;
let bob: string;

beforeAll(async () => {
  service = await startService();
  [ann, bob] = ['ann', 'bob'].map((name) => service.others.account(name)) as [string, string];
});

afterAll(() => service?.stop());

const create = async (more: { history?: 'all' | 'since_join'; members?: string[] } = {}): Promise<string> => {
  const name = `r${randomUUID().slice(0, 12)}x`;
  const defaults = { visibility: 'public' as const, history: 'all' as const, members_can_invite: true, members: [] };
  return (await service.parts.rooms.create({ actor: ann, name, ...defaults, ...more })).room.id;
};

const send = (actor: string, room: string, body = 'hello', id: string = randomUUID()) =>
  service.parts.messages.send({ actor, room, username: 'x', id, body });

const page = async (request: PageRequest) =>
  decodeDelivery((await service.bus.nc.request(subjects.page, JSON.stringify(request))).data);

const list = (actor: string, room: string, more: { before?: number; after?: number; limit?: number } = {}) =>
  service.parts.messages.listMessages({ actor, room, limit: 50, ...more });

const seqs = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);

describe('messages by REST', () => {
  it('are stored, repeated and refused as by the socket', async () => {
    const room = await create();
    const id = randomUUID();
    const stored = await send(ann, room, 'a', id);
    expect(stored).toEqual({ id, room, seq: 2, ts: stored.ts });
    expect(await send(ann, room, 'a', id)).toEqual({ ...stored, dup: true });
    await expect(send(ann, room, 'b', id)).rejects.toMatchObject({ code: 'id_conflict' });
    await expect(send(ann, room, '')).rejects.toMatchObject({ code: 'empty' });
    await expect(send(ann, room, 'x'.repeat(8_001))).rejects.toMatchObject({ code: 'too_long' });
    await expect(send(bob, room)).rejects.toMatchObject({ code: 'not_member' });
  });

  it('come in pages from either end, always ascending, and say whether there are more', async () => {
    const room = await create();
    for (let i = 0; i < 3; i++) await send(ann, room);
    await service.parts.members.join({ actor: bob, room });
    for (let i = 0; i < 3; i++) await send(bob, room);
    // 1 joined, 2–4 messages, 5 joined, 6–8 messages
    const look = async (more: object) => {
      const { items, more: rest, last_seq } = await list(ann, room, more);
      expect(last_seq).toBe(8);
      return [seqs(items), rest];
    };
    expect(await look({})).toEqual([[2, 3, 4, 6, 7, 8], false]);
    expect(await look({ limit: 2 })).toEqual([[7, 8], true]);
    expect(await look({ before: 7, limit: 2 })).toEqual([[4, 6], true]);
    expect(await look({ before: 4, limit: 2 })).toEqual([[2, 3], false]);
    expect(await look({ after: 3, limit: 2 })).toEqual([[4, 6], true]);
    expect(await look({ after: 6, limit: 2 })).toEqual([[7, 8], false]);
    expect(await look({ after: 99 })).toEqual([[], false]);
    expect(await look({ before: 0 })).toEqual([[], false]);
  });

  it('end a page before an answer would not fit into one NATS message', async () => {
    const room = await create();
    const body = '\u0001'.repeat(8_000); // 48 kB as JSON
    for (let i = 0; i < 30; i++) await send(ann, room, body);
    const newest = await list(ann, room, { limit: 100 });
    expect(newest.more).toBe(true);
    expect(newest.items.at(-1)?.seq).toBe(31);
    const oldest = await service.parts.messages.listEvents({ actor: ann, room, after: 0, limit: 100 });
    expect(oldest.more).toBe(true);
    expect(oldest.items[0]?.seq).toBe(1);
    const block = await page({ room, after: 0, limit: 500 });
    expect(block.lastSeq).toBe(31);
    expect(seqs(block.events)).toEqual(Array.from({ length: block.events.length }, (_, i) => i + 1));
    expect(block.events.length).toBeLessThan(31);
  });

  it('show one’s own coming, and nothing from before it, where the history begins with it', async () => {
    const room = await create({ history: 'since_join' });
    await send(ann, room);
    const joined = (await service.parts.members.join({ actor: bob, room })).room.last_seq;
    await send(ann, room);
    expect(seqs((await list(bob, room)).items)).toEqual([joined + 1]);
    expect(seqs((await list(bob, room, { after: 0 })).items)).toEqual([joined + 1]);
    const { items } = await service.parts.messages.listEvents({ actor: bob, room, after: 0, limit: 100 });
    expect(seqs(items)).toEqual([joined, joined + 1]);
    expect(seqs((await list(ann, room)).items)).toEqual([2, joined + 1]);
  });

  it('are nobody’s who has left', async () => {
    const room = await create({ members: [bob] });
    await service.parts.members.leave({ actor: bob, room });
    await expect(list(bob, room)).rejects.toMatchObject({ code: 'not_member' });
  });
});

describe('the hot path over the bus', () => {
  it('takes the sends of an instance, and answers it in blocks', async () => {
    const room = await create();
    await service.interested(room);
    const item = { room, sender: ann, username: 'ann', body: 'hello' };
    const request: AppendRequest = {
      instance: 'ws-1',
      items: [
        { ...item, ref: 7, id: randomUUID() },
        { ...item, ref: 8, id: randomUUID(), room: 'nowhere' },
      ],
    };
    service.bus.nc.publish(subjects.append, JSON.stringify(request), {
      reply: subjects.instanceAppendReply('ws-1', 1),
    });
    const acks = () => service.delivered.flatMap((block) => block.acks);
    await until('the ack is there', () => acks().some(([ref]) => ref === 7));
    const block = service.delivered.find((candidate) => candidate.acks.some(([ref]) => ref === 7))!;
    expect(block.events.map(({ room: of, seq }) => [of, seq])).toEqual([[room, 2]]);
    expect(service.delivered.flatMap(({ errors }) => errors)).toEqual([[8, 'not_found']]);
  });

  it('outlives what it cannot read', async () => {
    for (const nonsense of ['', '{', '[]', '{"instance":"a.b","items":[]}', '{"instance":"ws-1"}'])
      for (const subject of [subjects.append, subjects.page]) service.bus.nc.publish(subject, nonsense);
    const room = await create();
    expect(await send(ann, room)).toMatchObject({ seq: 2 });
  });

  it('reads pages for gateways, byte for byte as they were delivered', async () => {
    const room = await create({ members: [bob] });
    await service.interested(room);
    await send(ann, room, ' exactly "this" ');
    const live = () => service.events().filter((event) => event.room === room);
    await until('the message is delivered', () => live().length === 1);
    const block = await page({ room, after: 0, limit: 500 });
    expect(block.lastSeq).toBe(3);
    expect(block.events.map(({ seq, member }) => [seq, member?.user])).toEqual([
      [1, ann],
      [2, bob],
      [3, undefined],
    ]);
    expect(String(block.events[2]!.bytes)).toBe(String(live()[0]!.bytes));
    expect(seqs((await page({ room, after: 1, limit: 1 })).events)).toEqual([2]);
    expect(await page({ room, after: 3, limit: 10 })).toMatchObject({ events: [], lastSeq: 3 });
    for (const none of [randomUUID(), 'nowhere'])
      expect(await page({ room: none, after: 0, limit: 10 })).toMatchObject({ events: [], lastSeq: null });
  });
});

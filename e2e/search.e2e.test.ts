// Search for messages: literal, soon after the ack (P8), and only what one may see (P9, P14).
import { randomUUID } from 'node:crypto';
import type { Page } from '@natter/contracts/common';
import type { MessageEvent } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const [ann, ben, eve] = await Person.several(natter, ['ann', 'ben', 'eve']);
const room = await ann.createRoom({ visibility: 'private', members: [ben.id] });

const search = (who: Person, query: Record<string, string>) =>
  who.api.get<Page<MessageEvent>>(`/api/search/messages?${new URLSearchParams(query)}`);
const bodies = async (who: Person, query: Record<string, string>) =>
  (await search(who, query)).body.items.map(({ body }) => body);

describe('a message', () => {
  it('is found within five seconds of its ack, as history shows it, by members and by nobody else', async () => {
    const socket = await ann.connect(0);
    const text = 'Hẹn gặp lại, 100% chắc_chắn: «до завтра»';
    const ack = await socket.say(room.id, text);
    const [found] = await until(
      'it is found',
      async () => {
        const { items } = (await search(ben, { q: 'hen gap lai, 100% chac_' })).body;
        return items.length > 0 && items;
      },
      5_000,
    );
    const { body } = await ben.api.get<{ items: MessageEvent[] }>(`/api/rooms/${room.id}/messages?limit=1`);
    expect(found).toEqual(body.items[0]);
    expect(found).toMatchObject({ type: 'message', room: room.id, id: ack.id, body: text });
    const target = found?.seq;
    for (const frame of [
      { type: 'send', id: randomUUID(), room: room.id, body: 'an answer', thread: target },
      { type: 'react', id: randomUUID(), room: room.id, target, emoji: '🎉', op: 'add' },
    ])
      expect(await socket.ask(frame)).toMatchObject({ type: 'ack' });
    const [marked] = (await search(ben, { q: 'hen gap' })).body.items;
    expect(marked).toMatchObject({ reactions: { '🎉': [ann.id] }, replies: { count: 1 } });
    const history = (await ben.api.get<{ items: MessageEvent[] }>(`/api/rooms/${room.id}/messages`)).body.items;
    expect(marked).toEqual(history.find(({ seq }) => seq === target));
    for (const q of ['ДО ЗАВТРА', '«до', '100%', 'Hẹn gặp']) expect(await bodies(ben, { q }), q).toEqual([text]);
    for (const q of ['100_', 'hen%lai', 'хен', '.*']) expect(await bodies(ben, { q }), q).toEqual([]);
    expect(await bodies(eve, { q: 'hen gap' })).toEqual([]);
    const [hidden, none] = [await search(eve, { q: 'x', room: room.id }), await search(eve, { q: 'x', room: eve.id })];
    expect([hidden.status, none.status]).toEqual([404, 404]);
    socket.close();
  });

  it('is not found by one who has left, nor after its room', async () => {
    const own = await ann.createRoom({ members: [ben.id] });
    await ann.api.post(`/api/rooms/${own.id}/messages`, { body: 'a walrus' });
    await until('it is found', async () => (await bodies(ben, { q: 'walrus' })).length === 1);
    await ben.api.post(`/api/rooms/${own.id}/leave`, {});
    expect(await bodies(ben, { q: 'walrus' })).toEqual([]);
    expect(await bodies(ann, { q: 'walrus' })).toEqual(['a walrus']);
    await ann.api.delete(`/api/rooms/${own.id}`);
    expect(await bodies(ann, { q: 'walrus' })).toEqual([]);
    await until('it is gone from the copy', async () => {
      const rows = await natter.query('natter_rooms', 'SELECT 1 FROM search_blocks WHERE room = $1', [own.id]);
      return rows.length === 0;
    });
  });

  it('is asked for with bounds: what is wrong is 422', async () => {
    for (const query of [{}, { q: '' }, { q: 'x'.repeat(101) }, { q: 'x', before_ts: 'soon' }, { q: 'x', from: 'ann' }])
      expect((await search(ann, query as Record<string, string>)).status, JSON.stringify(query)).toBe(422);
  });
});

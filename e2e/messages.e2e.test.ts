// Messages: stored once, read back exactly as sent, in order, by socket and by REST (P2, P6, P8).
import { randomUUID } from 'node:crypto';
import type { LogEvent, MessageEvent } from '@natter/contracts/events';
import type { Stored } from '@natter/contracts/messages';
import { describe, expect, it } from 'vitest';
import type { Answer, Problem } from './harness/api.js';
import { Person } from './harness/person.js';
import { useSystem } from './harness/use-system.js';

interface Page<Item> {
  items: Item[];
  last_seq: number;
  more: boolean;
}

const natter = await useSystem();
const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
const room = await ann.createRoom();
await ben.join(room.id);

const post = (body: string, id?: string, more: object = {}): Promise<Answer<Stored & Problem>> =>
  ann.api.post(`/api/rooms/${room.id}/messages`, { body, ...(id === undefined ? {} : { id }), ...more });
const history = async (query = '', where = room.id): Promise<Page<MessageEvent>> =>
  (await ben.api.get<Page<MessageEvent>>(`/api/rooms/${where}/messages${query}`)).body;

const texts: [what: string, text: string][] = [
  ['leading and trailing white space', '  \n\ttext \r\n '],
  ['an emoji of several code points', 'family: 👩‍👩‍👧‍👦 flag: 🏳️‍🌈'],
  ['right-to-left letters and marks', '\u202Bשלום العالم\u202C'],
  ['U+2028 and U+2029', 'line\u2028paragraph\u2029end'],
  ['decomposed letters', 'e\u0301 is not \u00e9'],
  ['control characters and a byte order mark', '\ufeff\u0001\u001f\u007f\u0085'],
  ['quotes, slashes and markup', `"\\/' <script>alert(1)</script> &amp; %00 \${x}`],
  ['white space alone', '   '],
  ['as much as fits', '𝕏'.repeat(4_000)],
];

describe('the text of a message', () => {
  it.each(texts)('comes back as sent: %s', async (_what, text) => {
    const [writer, reader] = [await ann.connect(0), await ben.connect(1)];
    const ack = await writer.say(room.id, text);
    expect(ack.type).toBe('ack');
    const heard = await reader.next('message', (message) => message.id === ack.id);
    const { items } = await history();
    expect([heard.body, items.at(-1)?.body]).toEqual([text, text]);
    const posted = await post(text);
    expect(posted.status).toBe(201);
    expect((await history()).items.at(-1)?.body).toBe(text);
    writer.close();
    reader.close();
  });

  it.each([
    ['U+0000', 'a\\u0000b'],
    ['a lone high surrogate', 'a\\ud800b'],
    ['a lone low surrogate', '\\udc00'],
  ])('is refused when it holds %s', async (_what, escaped) => {
    const writer = await ann.connect();
    const id = randomUUID();
    const before = (await history()).last_seq;
    writer.sendRaw(`{"type":"send","id":"${id}","room":"${room.id}","body":"${escaped}"}`);
    expect(await writer.next('error')).toMatchObject({ code: 'bad_request', outcome: 'refused' });
    const path = `/api/rooms/${room.id}/messages`;
    const { status } = await ann.api.call('POST', path, { rawBody: `{"body":"${escaped}"}` });
    expect([400, 422]).toContain(status);
    expect((await history()).last_seq).toBe(before);
    writer.close();
  });

  it('is refused when it is empty or above 8,000 characters', async () => {
    const [empty, long] = [await post(''), await post('x'.repeat(8_001))];
    expect([empty.status, empty.body.code]).toEqual([422, 'empty']);
    expect([long.status, long.body.code]).toEqual([422, 'too_long']);
  });
});

describe('a message', () => {
  it('sent again with its id is answered as the first time, whichever way it comes', async () => {
    const writers = await Promise.all([ann.connect(0), ann.connect(1), ann.connect('front')]);
    const id = randomUUID();
    const first = await writers[0].say(room.id, 'only once', id);
    expect(first.type === 'ack' && first.dup).toBeFalsy();
    for (const writer of writers) expect(await writer.say(room.id, 'only once', id)).toEqual({ ...first, dup: true });
    const posted = await post('only once', id);
    expect([posted.status, posted.body.dup]).toEqual([200, true]);
    expect((await history()).items.filter((message) => message.id === id)).toHaveLength(1);
    for (const writer of writers) writer.close();
  });

  it('sent over several gateways at the same instant is stored once', async () => {
    const writers = await Promise.all([ann.connect(0), ann.connect(1), ann.connect(0), ann.connect(1)]);
    for (let round = 0; round < 20; round += 1) {
      const id = randomUUID();
      const acks = await Promise.all(writers.map((writer) => writer.say(room.id, 'racing', id)));
      const places = acks.map((ack) => (ack.type === 'ack' ? `${ack.seq} ${ack.ts}` : ack.code));
      expect(new Set(places).size).toBe(1);
      expect(acks.filter((ack) => ack.type === 'ack' && !ack.dup)).toHaveLength(1);
    }
    for (const writer of writers) writer.close();
  });

  it('whose id was used for something else is refused', async () => {
    const other = await ann.createRoom();
    const writer = await ann.connect();
    const id = randomUUID();
    await writer.say(room.id, 'the first', id);
    for (const [where, body] of [
      [room.id, 'another body'],
      [other.id, 'the first'],
    ] as const)
      expect(await writer.say(where, body, id)).toMatchObject({ code: 'id_conflict', outcome: 'refused' });
    const posted = await post('another body', id);
    expect([posted.status, posted.body.code]).toEqual([409, 'id_conflict']);
    writer.close();
  });

  it('may carry an id that somebody else used', async () => {
    const id = randomUUID();
    const [mine, yours] = [await ann.connect(), await ben.connect()];
    expect((await mine.say(room.id, 'mine', id)).type).toBe('ack');
    expect((await yours.say(room.id, 'yours', id)).type).toBe('ack');
    mine.close();
    yours.close();
  });

  it('is in history at every door once it is acknowledged', async () => {
    const [writer, reader] = [await ann.connect(0), await ben.connect(1)];
    for (let n = 0; n < 20; n += 1) {
      const ack = await writer.say(room.id, `read what was acknowledged ${n}`);
      const after = ack.type === 'ack' ? ack.seq - 1 : 0;
      expect((await history(`?after=${after}`)).items[0]?.id).toBe(ack.id);
      const id = randomUUID();
      await reader.ask({ type: 'sync', id, rooms: { [room.id]: after } });
      expect(reader.events(room.id).some((event) => event.type === 'message' && event.id === ack.id)).toBe(true);
    }
    writer.close();
    reader.close();
  });

  it('has the place its connection gave it: sends keep their order', async () => {
    const writer = await ann.connect();
    const ids = Array.from({ length: 60 }, () => randomUUID());
    for (const id of ids) writer.send({ type: 'send', id, room: room.id, body: id });
    await writer.next('ack', ({ id }) => id === ids.at(-1));
    const seqs = ids.map((id) => writer.all('ack').find((ack) => ack.id === id)?.seq ?? 0);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    writer.close();
  });

  it('shows who wrote it, what it answers, and what it was sent with', async () => {
    const root = (await post('a root')).body.seq;
    const { body } = await post('an answer', undefined, { thread: root, reply_to: root, meta: { mood: { x: [1] } } });
    const message = (await history(`?after=${body.seq - 1}`)).items[0];
    expect(message).toMatchObject({ type: 'message', room: room.id, seq: body.seq, ts: body.ts, id: body.id });
    expect(message).toMatchObject({ sender: { id: ann.id, username: ann.username }, thread: root, reply_to: root });
    expect(message).toMatchObject({ meta: { mood: { x: [1] } }, deleted: false, edited_at: null });
  });
});

describe('history', () => {
  it('pages backwards and forwards, always ascending', async () => {
    const own = await ann.createRoom();
    await ben.join(own.id);
    const seqs: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const { body } = await ann.api.post<Stored>(`/api/rooms/${own.id}/messages`, { body: `m${n}` });
      seqs.push(body.seq);
    }
    const shown = async (query: string): Promise<[number[], boolean]> => {
      const page = await history(query, own.id);
      return [page.items.map(({ seq }) => seq), page.more];
    };
    expect(await shown('?limit=5')).toEqual([seqs.slice(-5), true]);
    expect(await shown(`?limit=5&before=${seqs.at(-5)}`)).toEqual([seqs.slice(2, 7), true]);
    expect(await shown(`?limit=5&after=${seqs[1]}`)).toEqual([seqs.slice(2, 7), true]);
    expect(await shown(`?limit=5&after=${seqs.at(-3)}`)).toEqual([seqs.slice(-2), false]);
    expect((await history('?limit=1', own.id)).last_seq).toBe(seqs.at(-1));
  });

  it('as raw events is the log from 1 on, without holes, as the socket replays it', async () => {
    const { body } = await ben.api.get<Page<LogEvent>>(`/api/rooms/${room.id}/events?limit=100`);
    expect(body.items.map(({ seq }) => seq)).toEqual(body.items.map((_, index) => index + 1));
    const reader = await ben.connect(0, { [room.id]: 0 });
    expect(reader.events(room.id).slice(0, body.items.length)).toEqual(body.items);
    reader.close();
  });

  it.each(['before=1&after=1', 'limit=0', 'limit=101', 'after=-1', 'before=x'])('refuses ?%s', async (query) => {
    const { status } = await ben.api.get<Problem>(`/api/rooms/${room.id}/messages?${query}`);
    expect([400, 422]).toContain(status);
  });
});

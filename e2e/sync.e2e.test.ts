// Positions: a connection gets what follows its position, in order, without holes, with no seam between log and live (P4, P5).
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const [ann, ben] = await Person.several(natter, ['ann', 'ben']);

const sharedRoom = async (): Promise<string> => {
  const { id } = await ann.createRoom();
  await ben.join(id);
  return id;
};
const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

describe('a position', () => {
  it('is set anew by sync at any time, as often as one likes', async () => {
    const room = await sharedRoom();
    const [writer, reader] = [await ann.connect(0), await ben.connect(1)];
    for (let n = 0; n < 10; n += 1) await writer.say(room, `m${n}`);
    await until('all came live', () => reader.events(room).length === 10);
    const last = reader.events(room).at(-1)?.seq ?? 0;
    for (const after of [0, last - 3, last]) {
      const had = reader.frames.length;
      const synced = await reader.ask({ type: 'sync', id: randomUUID(), rooms: { [room]: after } });
      expect(synced).toMatchObject({ type: 'synced', rooms: { [room]: { seq: last } } });
      const replayed = reader.frames.slice(had).flatMap((frame) => ('seq' in frame ? [frame.seq] : []));
      expect(replayed).toEqual(from(after + 1, last - after));
    }
    writer.close();
    reader.close();
  });

  it('above the last seq is reset, and what follows comes from there', async () => {
    const room = await sharedRoom();
    const [writer, reader] = [await ann.connect(0), await ben.open(1)];
    await reader.hello({ [room]: 1_000_000 });
    const last = reader.all('ready')[0]?.rooms.find(({ id }) => id === room)?.last_seq ?? 0;
    expect(reader.all('synced')[0]?.rooms).toEqual({ [room]: { seq: last, reset: true } });
    const ack = await writer.say(room, 'after the reset');
    const event = await reader.next('message', ({ id }) => id === ack.id);
    expect([event.seq, reader.events(room).length]).toEqual([last + 1, 1]);
    writer.close();
    reader.close();
  });

  it('in a room one is not in reads gone, whether it exists or not', async () => {
    const [strange, hidden] = [await ann.createRoom(), await ann.createRoom({ visibility: 'private' })];
    const reader = await ben.open();
    const rooms = { [strange.id]: 0, [hidden.id]: 0, [randomUUID()]: 3 };
    await reader.hello(rooms);
    const gone = Object.fromEntries(Object.keys(rooms).map((room) => [room, { gone: true }]));
    expect(reader.all('synced')[0]?.rooms).toEqual(gone);
    reader.close();
  });
});

describe('resuming', () => {
  it('has no seam while others keep writing', async () => {
    const room = await sharedRoom();
    const writers = [await ann.connect(0), await ann.connect(1)];
    const over = new AbortController();
    let sent = 0;
    const writing = Promise.all(
      writers.map(async (writer) => {
        while (!over.signal.aborted) {
          await Promise.all(from(0, 8).map(() => writer.say(room, `m${(sent += 1)}`)));
        }
      }),
    );
    let position = 0;
    for (let round = 0; round < 12; round += 1) {
      const reader = await ben.open(round % 2);
      await reader.hello({ [room]: position });
      const enough = reader.events(room).length + 20;
      await until('live events follow', () => reader.events(room).length >= enough);
      const seqs = reader.events(room).map(({ seq }) => seq);
      expect(seqs).toEqual(from(position + 1, seqs.length));
      position = seqs.at(-1) ?? position;
      reader.cut();
    }
    over.abort();
    await writing;
    for (const writer of writers) writer.close();
  });

  it('replays several pages of several rooms in order', async () => {
    const rooms = [await sharedRoom(), await sharedRoom()];
    const writer = await ann.connect();
    for (const room of rooms) {
      for (let n = 0; n < 20; n += 1) await Promise.all(from(0, 60).map((m) => writer.say(room, `m${n}.${m}`)));
    }
    const reader = await ben.open(1);
    await reader.hello(Object.fromEntries(rooms.map((room) => [room, 0])));
    for (const room of rooms) {
      const seqs = reader.events(room).map(({ seq }) => seq);
      expect(seqs.length).toBeGreaterThan(1_200);
      expect(seqs).toEqual(from(1, seqs.length));
    }
    writer.close();
    reader.close();
  });

  it('brings somebody home who is behind in many rooms at once', async () => {
    const rooms = await Promise.all(from(0, 12).map(sharedRoom));
    const writer = await ann.connect();
    for (const room of rooms) await Promise.all(from(0, 20).map((n) => writer.say(room, `m${n}`)));
    const reader = await ben.connect(1, Object.fromEntries(rooms.map((room) => [room, 0])));
    for (const room of rooms) expect(reader.events(room).map(({ seq }) => seq)).toEqual(from(1, 22));
    writer.close();
    reader.close();
  });

  it('by two readers at once gives both the same', async () => {
    const room = await sharedRoom();
    const writer = await ann.connect();
    for (let n = 0; n < 30; n += 1) await writer.say(room, `m${n}`);
    const readers = await Promise.all([ann.connect(0, { [room]: 0 }), ben.connect(1, { [room]: 0 })]);
    const [hers, his] = readers.map((reader) => reader.events(room));
    expect(his).toEqual(hers);
    for (const socket of [writer, ...readers]) socket.close();
  });
});

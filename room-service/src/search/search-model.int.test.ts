import { fold } from '@natter/contracts/fold';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, it } from 'vitest';
import { RoomRepository } from '../rooms/room.repository.js';
import { createRoomsDatabase, type RoomsDatabase, silent } from '../testing/rooms-database.js';
import { SearchIndexer } from './indexer.js';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';

let database: RoomsDatabase;
let indexer: SearchIndexer;

beforeAll(async () => {
  database = await createRoomsDatabase();
  indexer = new SearchIndexer(database.dataSource, silent);
});
afterAll(async () => {
  indexer?.stop();
  await database?.drop();
});

interface Said {
  room: string;
  seq: number;
  ts: string;
  body: string;
}

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      room: fc.nat(2),
      afterMs: fc.constantFrom(0, 1, 900, 5_000, 30_000),
      words: fc.array(fc.constantFrom('otter', 'Ёлка', 'gà', 'x', ''), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('index' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      which: fc.nat(50),
      body: fc.constantFrom(undefined, '', 'otter again', 'ga'),
    }),
  },
);

/** What a room's log holds, and what has been said, under a clock that goes as the test wants. */
class Rooms {
  readonly said: Said[] = [];
  private nowMs = Date.parse('2026-01-01T00:00:00Z');

  constructor(private readonly ids: readonly string[]) {}

  async say(room: number, afterMs: number, body: string): Promise<void> {
    this.nowMs += afterMs;
    const one = { room: this.ids[room]!, ts: new Date(this.nowMs).toISOString(), body };
    this.said.push({ ...one, seq: await this.write(one.room, 'message', { body, deleted: false }) });
  }

  async change(which: number, body: string | undefined): Promise<void> {
    const one = this.said[which % Math.max(1, this.said.length)];
    if (one === undefined) return;
    const payload = body === undefined ? { deleted: true } : { body, deleted: false };
    const { room, seq } = one;
    await database.dataSource.query(`UPDATE log SET payload = $3 WHERE room = $1 AND seq = $2`, [
      room,
      seq,
      JSON.stringify(payload),
    ]);
    await this.write(room, body === undefined ? 'deleted' : 'edited', { target: seq, body });
    one.body = body ?? '';
  }

  /** What a search has to find, the newest first. */
  holding(q: string, only: string | undefined): string[] {
    const found = this.said.filter(
      ({ room, body }) => fold(body).includes(fold(q)) && (only === undefined || room === only),
    );
    const placeOf = ({ ts, room, seq }: Said) => `${ts} ${room} ${String(seq).padStart(6, '0')}`;
    return found.map(placeOf).toSorted().toReversed();
  }

  private write(room: string, type: string, payload: object): Promise<number> {
    return database.event(room, { type, sender: room, payload, ts: new Date(this.nowMs) });
  }
}

it('pages show all that holds a text, once, newest first, however messages fall into blocks and whatever became of them', async () => {
  const { dataSource } = database;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.constantFrom('otter', 'елка', 'ga', 'x', 'otter again'),
      fc.constantFrom(undefined, { smallScope: 0, windowMessages: 1 }, { smallScope: 0, windowMessages: 6 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(undefined, undefined, 0),
      async (steps, q, bounds, limit, only) => {
        await dataSource.query(`TRUNCATE rooms, members, log, search_blocks, search_positions CASCADE`);
        const ann = randomUUID();
        const ids = await Promise.all([0, 1, 2].map(() => database.room([ann])));
        const rooms = new Rooms(ids);
        const room = only === undefined ? undefined : ids[only];
        for (const one of steps)
          if (one.kind === 'say') await rooms.say(one.room, one.afterMs, one.words.join(' '));
          else if (one.kind === 'change') await rooms.change(one.which, one.body);
          else await indexer.run();
        await indexer.run();
        const repository = new SearchRepository(dataSource, bounds);
        const search = new SearchService(repository, new RoomRepository(dataSource), () => 1_000_000);
        const found: string[] = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = await search.messages({
            actor: ann,
            q,
            limit,
            ...(room && { room }),
            ...(cursor && { cursor }),
          });
          for (const { ts, room: of, seq } of page.items) found.push(`${ts} ${of} ${String(seq).padStart(6, '0')}`);
          cursor = page.next;
        }
        const expected = rooms.holding(q, room);
        if (JSON.stringify(found) !== JSON.stringify(expected))
          throw new Error(`found ${JSON.stringify(found, null, 1)} of ${JSON.stringify(expected, null, 1)}`);
      },
    ),
    { numRuns: 30 },
  );
});

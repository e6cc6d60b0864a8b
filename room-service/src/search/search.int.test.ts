import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoomRepository } from '../rooms/room.repository.js';
import { createRoomsDatabase, type RoomsDatabase, silent } from '../testing/rooms-database.js';
import { until } from '../testing/wait.js';
import { blockLimits } from './blocks.js';
import { SearchIndexer } from './indexer.js';
import { SearchRepository } from './search.repository.js';
import { takeUp } from './taking-up.js';
import { SearchService } from './search.service.js';

let [ann, bob, eve] = ['', '', ''];
let database: RoomsDatabase;
let rooms: RoomRepository;
let search: SearchService;
let indexer: SearchIndexer;

beforeAll(async () => {
  database = await createRoomsDatabase();
  const { dataSource } = database;
  rooms = new RoomRepository(dataSource);
  indexer = new SearchIndexer(dataSource, silent);
});
afterAll(async () => {
  indexer?.stop();
  await database?.drop();
});

const write = (room: string, sender: string, payload: object, type = 'message') =>
  database.event(room, { type, sender, payload });
const say = (room: string, body: string, sender = bob) => write(room, sender, { body, deleted: false });
const rewrite = (room: string, seq: number, payload: object) =>
  database.dataSource.query(`UPDATE log SET payload = $3 WHERE room = $1 AND seq = $2`, [
    room,
    seq,
    JSON.stringify(payload),
  ]);
const find = async (q: string, more: Partial<Parameters<SearchService['messages']>[0]> = {}, actor = ann) => {
  await indexer.run();
  const found: (string | undefined)[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await search.messages({ actor, q, limit: 50, ...(cursor && { cursor }), ...more });
    found.push(...page.items.map(({ body }) => body));
    cursor = more.cursor === undefined ? page.next : null;
  }
  return found;
};

describe.each([
  ['looked through one by one', undefined],
  ['found by their grams, or in pages of the newest', { smallScope: 0, windowMessages: 3 }],
] as const)('messages, %s,', (_, bounds) => {
  beforeAll(async () => {
    [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    search = new SearchService(new SearchRepository(database.dataSource, bounds), rooms, () => 1_000_000);
  });

  it('are found in any language, without regard to case and accents', async () => {
    const room = await database.room([ann, bob]);
    const texts = ['Xin chào các bạn', 'Привет, Ёлка', 'Good MORNING'];
    for (const text of texts) await say(room, text);
    expect(await find('xin chao')).toEqual([texts[0]]);
    expect(await find('CHÀO CÁC')).toEqual([texts[0]]);
    expect(await find('привет, елка')).toEqual([texts[1]]);
    expect(await find('ood mor')).toEqual([texts[2]]);
    expect(await find('evening')).toEqual([]);
  });

  it.each(['100%', '50_50', '*', '"quoted"', "it's", 'a:b & c|d', '\\d+', '<->', '(x)', '%', '_'])(
    'are found by %j as it stands, and by nothing that it might mean',
    async (part) => {
      const room = await database.room([ann, bob]);
      await say(room, `before ${part} after`);
      await say(room, 'something else');
      expect(await find(part, { room })).toEqual([`before ${part} after`]);
    },
  );

  it('are found in rooms one is in, from joining on where that is so, and nowhere else', async () => {
    const secret = await database.room([bob]);
    await say(secret, 'a hidden walrus');
    const late = await database.room([bob, ann]);
    await say(late, 'an early walrus');
    const seq = await say(late, 'a late walrus');
    await database.dataSource.query(`UPDATE rooms SET history = 'since_join' WHERE id = $1`, [late]);
    await database.dataSource.query(`UPDATE members SET joined_seq = $3 WHERE room = $1 AND usr = $2`, [
      late,
      ann,
      seq,
    ]);
    expect(await find('walrus')).toEqual(['a late walrus']);
    expect(await find('walrus', {}, eve)).toEqual([]);
    await database.dataSource.query(`DELETE FROM members WHERE room = $1 AND usr = $2`, [late, ann]);
    expect(await find('walrus')).toEqual([]);
    await database.dataSource.query(`UPDATE rooms SET visibility = 'private' WHERE id = $1`, [secret]);
    await expect(find('walrus', { room: secret })).rejects.toMatchObject({ code: 'not_found' });
    await expect(find('walrus', { room: randomUUID() })).rejects.toMatchObject({ code: 'not_found' });
    await expect(find('walrus', { room: late })).rejects.toMatchObject({ code: 'not_member' });
  });

  it('are found by their newest text only, and not at all once deleted, even before the index follows', async () => {
    const room = await database.room([ann, bob]);
    const seq = await say(room, 'first words');
    expect(await find('first words')).toEqual(['first words']);
    await rewrite(room, seq, { body: 'second thoughts', deleted: false });
    const { items } = await search.messages({ actor: ann, q: 'first words', limit: 50 });
    expect(items).toEqual([]);
    await write(room, bob, { target: seq, body: 'second thoughts' }, 'edited');
    expect(await find('second thoughts')).toEqual(['second thoughts']);
    // Several changes between two rounds are one.
    for (const body of ['third thoughts', 'fourth thoughts']) {
      await rewrite(room, seq, { body, deleted: false });
      await write(room, bob, { target: seq, body }, 'edited');
    }
    expect(await find('fourth thoughts')).toEqual(['fourth thoughts']);
    expect(await find('third thoughts')).toEqual([]);
    await rewrite(room, seq, { deleted: true });
    await write(room, bob, { target: seq }, 'deleted');
    expect(await find('fourth thoughts')).toEqual([]);
    const rows = await database.dataSource.query(`SELECT texts, grams FROM search_blocks WHERE room = $1`, [room]);
    expect(rows).toEqual([{ texts: [''], grams: [] }]);
  });

  it('that all become as long as they may are in small blocks again, which deletions empty', async () => {
    const room = await database.room([ann, bob]);
    const seqs: number[] = [];
    for (let n = 0; n < 10; n++) seqs.push(await say(room, `short ${n}`));
    expect(await find('short', { room })).toHaveLength(10);
    const long = (n: number) =>
      `ibex ${n} ${String.fromCodePoint(...Array.from({ length: 7_900 }, () => 0x4e00 + Math.floor(Math.random() * 20_000)))}`;
    for (const [n, target] of seqs.entries()) {
      await rewrite(room, target, { body: long(n), deleted: false });
      await write(room, bob, { target }, 'edited');
    }
    expect(await find('ibex', { room })).toHaveLength(10);
    expect(await find('short', { room })).toEqual([]);
    const sizes: { chars: number; messages: number }[] = await database.dataSource.query(
      `SELECT length(array_to_string(texts, '')) AS chars, messages FROM search_blocks WHERE room = $1`,
      [room],
    );
    expect(sizes.reduce((sum, { messages }) => sum + messages, 0)).toBe(10);
    for (const { chars } of sizes) expect(chars).toBeLessThanOrEqual(blockLimits.chars);
    for (const target of seqs) {
      await rewrite(room, target, { deleted: true });
      await write(room, bob, { target }, 'deleted');
    }
    expect(await find('ibex', { room })).toEqual([]);
    expect(
      await database.dataSource.query(
        `SELECT 1 FROM search_blocks WHERE room = $1 AND (grams <> '{}' OR array_to_string(texts, '') <> '')`,
        [room],
      ),
    ).toEqual([]);
  });

  it('come newest first, in pages that miss and repeat nothing, by sender, room and time', async () => {
    const [one, two] = [await database.room([ann, bob, eve]), await database.room([ann, bob])];
    for (let n = 0; n < 7; n++) await say(n % 2 ? one : two, `otter ${n}`, n === 3 ? eve : bob);
    await indexer.run();
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await search.messages({ actor: ann, q: 'otter', limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ room, seq, ts }) => `${ts} ${room} ${String(seq)}`));
      await say(one, 'otter that came meanwhile');
      cursor = page.next;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(await find('otter', { from: eve })).toEqual(['otter 3']);
    expect(await find('otter', { room: two })).toEqual(['otter 6', 'otter 4', 'otter 2', 'otter 0']);
    const [newest] = (await search.messages({ actor: ann, q: 'otter 6', limit: 1 })).items;
    expect(await find('otter', { room: two, before_ts: newest!.ts })).toEqual(['otter 4', 'otter 2', 'otter 0']);
    await expect(find('otter', { cursor: 'none' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('of a deleted room are gone from the copy, and of one made anew under its id only the new ones are there', async () => {
    const room = await database.room([ann, bob]);
    await say(room, 'platypus one');
    await say(room, 'platypus two');
    expect(await find('platypus')).toHaveLength(2);
    await database.dataSource.query(`DELETE FROM log WHERE room = $1`, [room]);
    await database.dataSource.query(`UPDATE heads SET last_seq = 0 WHERE room = $1`, [room]);
    await say(room, 'platypus three');
    expect(await find('platypus')).toEqual(['platypus three']);
    await database.dataSource.query(`DELETE FROM rooms WHERE id = $1`, [room]);
    await indexer.run();
    for (const table of ['search_blocks', 'search_positions'])
      expect(await database.dataSource.query(`SELECT 1 FROM ${table} WHERE room = $1`, [room])).toEqual([]);
  });

  it('of other rooms are found where some cannot be taken up, and of those once they can', async () => {
    const broken = await Promise.all([1, 2, 3, 4, 5].map(() => database.room([ann, bob])));
    const { dataSource } = database;
    for (const room of broken) {
      const seq = await say(room, 'a broken wombat');
      await dataSource.query(`UPDATE log SET payload = 'no JSON' WHERE room = $1 AND seq = $2`, [room, seq]);
    }
    // It has more than they have: its turn comes after theirs.
    const room = await database.room([ann, bob]);
    for (const body of ['a wombat', 'another wombat']) await say(room, body);
    expect(await find('wombat')).toEqual(['another wombat', 'a wombat']);
    for (const one of broken) await rewrite(one, 1, { body: 'a mended wombat', deleted: false });
    await until('they are taken up', async () => (await find('wombat')).length === 7);
  });

  it('of a room with few of them do not wait for one with very many', async () => {
    const [few, many] = [await database.room([ann, bob]), await database.room([ann, bob])];
    const seq = await say(few, 'a lone aardvark');
    const { dataSource } = database;
    await dataSource.query(
      `INSERT INTO log (room, seq, type, ts, sender, payload)
       SELECT $1, n, 'message', now(), $2, '{"body":"one of many"}' FROM generate_series(1, 2500) n`,
      [many, bob],
    );
    await dataSource.query(`UPDATE heads SET last_seq = 2500 WHERE room = $1`, [many]);
    indexer.stop();
    expect(await dataSource.transaction((manager) => takeUp(manager, [few, many]))).toBe('more');
    const positions: { seq: number }[] = await dataSource.query(
      `SELECT p.seq FROM unnest($1::uuid[]) WITH ORDINALITY AS o (room, place) JOIN search_positions p USING (room) ORDER BY place`,
      [[few, many]],
    );
    expect(positions).toEqual([{ seq }, { seq: 1_999 }]);
    indexer = new SearchIndexer(dataSource, silent);
    await indexer.run();
    expect(await dataSource.query(`SELECT seq FROM search_positions WHERE room = $1`, [many])).toEqual([
      { seq: 2_500 },
    ]);
  });

  it('are in the copy once each, whichever replica puts them there', async () => {
    const room = await database.room([ann, bob]);
    for (let n = 0; n < 450; n++) await say(room, `lemur ${n}`);
    const other = new SearchIndexer(database.dataSource, silent);
    await Promise.all([indexer.run(), other.run()]);
    other.stop();
    await indexer.run();
    const [row]: { n: number }[] = await database.dataSource.query(
      `SELECT sum(messages)::int AS n FROM search_blocks WHERE room = $1`,
      [room],
    );
    expect(row?.n).toBe(450);
  });
});

// Blocks in the database. Whoever writes them holds the indexer's turn, so nobody else does.
import type { EntityManager } from 'typeorm';
import { bigintArray, doubleArray, intArray, textArray, uuidArray } from '../log/binary-array.js';
import { type Block, blocksOf, charsOf, gramsOfBlock, partsOf, type SearchedMessage } from './blocks.js';

/** `$1` says of each message which block it is of; `$8` has the grams of all blocks one after another, `$7` where those of each end. */
const insert = `
  INSERT INTO search_blocks (room, seq, ts, messages, seqs, times, senders, texts, grams)
  SELECT b.room, m.seq, m.ts, m.messages, m.seqs, m.times, m.senders, m.texts, ($8::int[])[b.before + 1 : b.upto]
  FROM (
    SELECT room, upto, ord, lag(upto, 1, 0) OVER (ORDER BY ord) AS before
    FROM unnest($6::uuid[], $7::int[]) WITH ORDINALITY AS n (room, upto, ord)
  ) b
  JOIN (
    SELECT block, max(seq) AS seq, max(ts) AS ts, count(*) AS messages, array_agg(seq ORDER BY seq) AS seqs,
           array_agg(ts ORDER BY seq) AS times, array_agg(sender ORDER BY seq) AS senders, array_agg(text ORDER BY seq) AS texts
    FROM (
      SELECT block, seq, to_timestamp(at)::timestamptz(3) AS ts, sender, text
      FROM unnest($1::int[], $2::bigint[], $3::float8[], $4::uuid[], $5::text[]) AS n (block, seq, at, sender, text)
    ) n GROUP BY block
  ) m ON m.block = b.ord`;

/** A gram costs PostgreSQL up to 2.5 µs, and a statement has four seconds. */
const charsPerStatement = 50_000;

export async function insertBlocks(manager: EntityManager, blocks: readonly Block[]): Promise<void> {
  for (const part of partsOf(blocks, charsOf, charsPerStatement)) await insertPart(manager, part);
}

async function insertPart(manager: EntityManager, blocks: readonly Block[]): Promise<void> {
  const messages = blocks.flat();
  const grams = blocks.map(gramsOfBlock);
  let end = 0;
  await manager.query(insert, [
    intArray(blocks.flatMap((block, index) => block.map(() => index + 1))),
    bigintArray(messages.map(({ seq }) => seq)),
    doubleArray(messages.map(({ at }) => at)),
    uuidArray(messages.map(({ sender }) => sender)),
    textArray(messages.map(({ text }) => text)),
    uuidArray(blocks.map(([first]) => first!.room)),
    intArray(grams.map(({ length }) => (end += length))),
    intArray(joined(grams, end)),
  ]);
}

/**
 * Gives messages that stand in blocks what they say now: each block is cut anew, for they may say more than one block holds. Those that
 * stand in none are left alone: their room has gone.
 */
export async function rewrite(manager: EntityManager, changed: readonly SearchedMessage[]): Promise<void> {
  if (changed.length === 0) return;
  const now = new Map(changed.map((message) => [placeOf(message), message]));
  const before: SearchedMessage[] = await manager.query(
    `WITH gone AS (
       DELETE FROM search_blocks WHERE (room, seq) IN (
         SELECT b.room, b.seq
         FROM unnest($1::uuid[], $2::bigint[]) AS c (room, seq),
           LATERAL (SELECT room, seq, seqs FROM search_blocks WHERE room = c.room AND seq >= c.seq ORDER BY seq LIMIT 1) b
         WHERE c.seq = ANY (b.seqs))
       RETURNING *)
     SELECT gone.room, m.seq, date_part('epoch', m.ts) AS at, m.sender, m.text
     FROM gone, unnest(seqs, times, senders, texts) AS m (seq, ts, sender, text) ORDER BY gone.room, m.seq`,
    [changed.map(({ room }) => room), changed.map(({ seq }) => seq)],
  );
  await insertBlocks(manager, blocksOf(before.map((message) => now.get(placeOf(message)) ?? message)));
}

export const placeOf = ({ room, seq }: { room: string; seq: number }): string => `${room} ${seq}`;

function joined(parts: readonly Int32Array[], length: number): Int32Array {
  const whole = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

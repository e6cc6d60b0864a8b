// What search keeps is kept by the block: messages of one room that came within seconds of each other share a row, its places in three
// indexes, and their grams. In a quiet room each message is a block.
import { gramsOf } from './grams.js';

/** A message as search knows it. */
export interface SearchedMessage {
  room: string;
  seq: number;
  /** When it was said, in seconds since 1970. */
  at: number;
  sender: string;
  /** Folded; empty when it has none, or no longer. */
  text: string;
}

/** In the order of the log; at least one. */
export type Block = readonly SearchedMessage[];

/**
 * Limits of one block. Its last message is less than `seconds` younger than its first: search relies on it. The more messages, the
 * less a row costs, and the less the grams tell: with 10 of them every fifth block has the grams of «is there a», with 64 nearly all.
 */
export const blockLimits = { messages: 8, chars: 16_384, seconds: 10 };

/** Cuts messages into blocks. Those of a room come in the order of its log; no matter how rooms alternate. */
export function blocksOf(messages: Iterable<SearchedMessage>): Block[] {
  const blocks: SearchedMessage[][] = [];
  const open = new Map<string, { block: SearchedMessage[]; chars: number }>();
  for (const message of messages) {
    const last = open.get(message.room);
    const fits =
      last !== undefined &&
      last.block.length < blockLimits.messages &&
      last.chars + message.text.length <= blockLimits.chars &&
      message.at < last.block[0]!.at + blockLimits.seconds;
    if (fits) {
      last.block.push(message);
      last.chars += message.text.length;
    } else {
      const block = [message];
      blocks.push(block);
      open.set(message.room, { block, chars: message.text.length });
    }
  }
  return blocks;
}

/** Parts of which none is larger than `most` but for its last item. */
export function* partsOf<T>(items: Iterable<T>, sizeOf: (item: T) => number, most: number): Generator<T[]> {
  let part: T[] = [];
  let size = 0;
  for (const item of items) {
    part.push(item);
    size += sizeOf(item);
    if (size < most) continue;
    yield part;
    [part, size] = [[], 0];
  }
  if (part.length > 0) yield part;
}

export const charsOf = (block: Block): number => block.reduce((sum, { text }) => sum + text.length, 0);

export const gramsOfBlock = (block: Block): Int32Array => gramsOf(block.map(({ text }) => text));

// Whether an id that was used before comes with the same request again, or with another one. A text that the log no longer
// holds is known by its hash; where that is gone too, with the message, its sender is believed.
import { createHash } from 'node:crypto';
import type { FileRef } from '@natter/contracts/events';
import { type Entry, eventTypeOf } from './entry.js';

/** What is stored under an id of a sender. */
export interface Known {
  type: string;
  payload: string;
  /** SHA-256 of the text it came with, in hexadecimal, where the payload does not show that text. */
  proof: string | null;
  /** It is a message that has been deleted. */
  deleted: boolean;
}

/**
 * True when a request is the one that was stored under its id. Under which name its sender went does not matter.
 *
 * @param room where that is stored
 * @param stored `Known` as JSON
 */
export function isRepeat({ item, text }: Entry, room: string | null, stored: string | null): boolean {
  if (room !== item.room || stored === null) return false;
  const known = JSON.parse(stored) as Known;
  const { type, payload, proof } = known;
  if (type !== eventTypeOf(item)) return false;
  if (item.type === undefined) return (proof === null && payload === text) || isSameMessage(payload, text, known);
  const change = JSON.parse(payload) as { target: number; emoji?: string; op?: string };
  if (change.target !== item.target) return false;
  if (item.type === 'edit') return proof === null || proves(proof, item.body);
  return item.type === 'delete' || (change.emoji === item.emoji && change.op === item.op);
}

/** True when two requests of one id, neither of them stored yet, say the same. */
export const isSameRequest = (a: Entry, b: Entry): boolean =>
  a.item.room === b.item.room && a.text === b.text && kindOf(a) === kindOf(b);

const kindOf = ({ item }: Entry): string =>
  item.type === undefined ? '' : `${item.type} ${item.target} ${item.type === 'react' ? item.op : ''}`;

interface Content {
  body?: string;
  thread: number | null;
  reply_to: number | null;
  files?: FileRef[];
  meta?: unknown;
}

function isSameMessage(storedPayload: string, sentPayload: string, { proof, deleted }: Known): boolean {
  const stored = JSON.parse(storedPayload) as Content;
  const sent = JSON.parse(sentPayload) as Content & { body: string };
  if (stored.thread !== sent.thread || stored.reply_to !== sent.reply_to) return false;
  if (deleted) return true;
  const sameText = proof === null ? stored.body === sent.body : proves(proof, sent.body);
  return sameText && idsOf(stored) === idsOf(sent) && canonical(stored.meta) === canonical(sent.meta);
}

const proves = (proof: string, text: string): boolean => createHash('sha256').update(text).digest('hex') === proof;

const idsOf = ({ files = [] }: Content): string => files.map(({ id }) => id).join();

/** JSON with the keys of every object in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? '';

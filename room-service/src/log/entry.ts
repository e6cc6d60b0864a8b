// A request as the log takes it: which statement stores it, and what it says.
import type { AppendItem, SendItem } from '@natter/contracts/messages';
import type { LogEvent } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import { mentionedNames } from '@natter/contracts/mentions';
import { textArray, uuidArray } from './binary-array.js';
import { messagePayload } from './payload.js';

/**
 * `plain`: a send that needs no look at other messages and leaves nothing beside the log. `carry`: a send with files. `change`: all else. Where an item of one
 * lane waits, those of the other for the same room wait behind it.
 */
export type Lane = 'plain' | 'change' | 'carry';

export interface Entry {
  item: AppendItem;
  lane: Lane;
  /** The payload of a send, the new text of an edit, the emoji of a reaction. */
  text: string;
  /** Who may be mentioned, as JSON `string[][]`; null where nobody is. */
  names: string | null;
}

/** The type of the event that an item becomes. */
const eventTypes = { send: 'message', edit: 'edited', delete: 'deleted', react: 'reaction' } as const;
export const eventTypeOf = ({ type }: AppendItem): LogEvent['type'] => eventTypes[type ?? 'send'];

export function entryOf(item: AppendItem): Entry {
  if (item.type === 'edit') return { item, lane: 'change', text: item.body, names: namesIn(item.body) };
  if (item.type === 'react') return { item, lane: 'change', text: item.emoji, names: null };
  if (item.type === 'delete') return { item, lane: 'change', text: '', names: null };
  const names = namesIn(item.body);
  if ((item.files?.length ?? 0) > 0) return { item, lane: 'carry', text: messagePayload(item), names };
  const isPlain = names === null && item.thread === undefined && item.reply_to === undefined;
  return { item, lane: isPlain ? 'plain' : 'change', text: messagePayload(item), names };
}

function namesIn(body: string): string | null {
  if (!body.includes('@')) return null;
  const names = mentionedNames(body);
  return names.length === 0 ? null : JSON.stringify(names);
}

/** A named statement with its parameters. */
export interface Ask {
  name: string;
  text: string;
  values: unknown[];
}

/** Stores entries of one lane, all of them or none, and answers with rows as `AppendRow` describes them. */
export function askFor(lane: Lane, entries: readonly Entry[]): Ask {
  if (lane === 'carry') return carry(entries);
  if (lane === 'change') return change(entries);
  return entries.length === 1 ? plainOne(entries[0]!) : plain(entries);
}

const columns = 'ord, outcome, seq, ts_ms, in_room, stored';

function plain(entries: readonly Entry[]): Ask {
  return {
    name: 'append',
    text: `SELECT ${columns} FROM natter_append($1, $2, $3, $4)`,
    values: [
      uuidArray(entries.map(({ item }) => item.room)),
      uuidArray(entries.map(({ item }) => item.sender)),
      textArray(entries.map(({ item }) => item.id)),
      textArray(entries.map(({ text }) => text)),
    ],
  };
}

function plainOne({ item, text }: Entry): Ask {
  return {
    name: 'append-one',
    text: `SELECT ${columns} FROM natter_append_one($1, $2, $3, $4)`,
    values: [item.room, item.sender, item.id, text],
  };
}

function change(entries: readonly Entry[]): Ask {
  const of = <T>(value: (entry: Entry) => T): T[] => entries.map(value);
  return {
    name: 'change',
    text: `SELECT ${columns}, about FROM natter_change($1, $2, $3, $4, $5, $6, $7, $8, $9::json[], $10, $11, $12)`,
    values: [
      of(({ item }) => eventTypeOf(item)),
      of(({ item }) => item.room),
      of(({ item }) => item.sender),
      of(({ item }) => item.username),
      of(({ item }) => item.id),
      of(({ item }) => (item.type === undefined ? item.thread : item.target) ?? null),
      of(({ item }) => (item.type === undefined ? item.reply_to : undefined) ?? null),
      of(({ text }) => text),
      of(({ names }) => names),
      of(({ item }) => (item.type === 'react' ? item.op === 'add' : null)),
      limits.emojiPerMessage,
      limits.reactionsPerMessage,
    ],
  };
}

function carry(entries: readonly Entry[]): Ask {
  const of = <T>(value: (item: SendItem, entry: Entry) => T): T[] =>
    entries.map((entry) => value(entry.item as SendItem, entry));
  return {
    name: 'carry',
    text: `SELECT ${columns}, about FROM natter_carry($1, $2, $3, $4, $5, $6, $7, $8::json[], $9)`,
    values: [
      of(({ room }) => room),
      of(({ sender }) => sender),
      of(({ username }) => username),
      of(({ id }) => id),
      of(({ thread }) => thread ?? null),
      of((item) => item.reply_to ?? null),
      of((_, { text }) => text),
      of((_, { names }) => names),
      of(({ files = [] }) => `{${files.join()}}`),
    ],
  };
}

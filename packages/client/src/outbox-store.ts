// Where requests wait for their ack. A browser keeps them in IndexedDB, so that they outlive a reload; a bot may not care.
import type { ErrorCode, NatterError } from '@natter/contracts/errors';
import type { StoringFrame } from '@natter/contracts/frames';

/** A message, an edit, a deletion or a reaction on its way: the frame as it is sent, whose `id` makes sending it again harmless. */
export type OutboxEntry = StoringFrame & {
  /** Rises from entry to entry: the order in which they were asked for. */
  order: number;
  /** Set when the server refused it: it waits for a person to retry or discard it. */
  refusal?: { code: ErrorCode; message: string };
};

export interface Ack {
  id: string;
  room: string;
  seq: number;
  ts: string;
}

/** What became of an entry. `queued`: waits for its turn, a connection or a retry; `sending`: waits for its ack. */
export type OutboxChange =
  | { state: 'queued' | 'sending'; entry: OutboxEntry }
  | { state: 'stored'; entry: OutboxEntry; ack: Ack }
  | { state: 'refused'; entry: OutboxEntry; error: NatterError }
  | { state: 'discarded'; entry: OutboxEntry };

export interface OutboxStore {
  /** All entries, by `order`. */
  load(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Keeps nothing: what was not acknowledged is lost with the process. */
export const noOutboxStore: OutboxStore = {
  load: () => Promise.resolve([]),
  put: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

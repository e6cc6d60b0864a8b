// Where sends wait for their ack. A browser keeps them in IndexedDB, so that they outlive a reload; a bot may not care.
import type { ErrorCode, NatterError } from '@natter/contracts/errors';

export interface OutboxEntry {
  /** The message's id for good: what makes sending it again harmless. */
  id: string;
  room: string;
  body: string;
  thread?: number;
  reply_to?: number;
  files?: string[];
  meta?: Record<string, unknown>;
  /** Rises from entry to entry: the order in which they were sent. */
  order: number;
  /** Set when the server refused it: it waits for a person to retry or discard it. */
  refusal?: { code: ErrorCode; message: string };
}

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

// One IndexedDB per account in this browser: rooms, the newest lines of each, and what waits for its ack.
import type { OutboxEntry, OutboxStore } from '@natter/client/outbox-store';
import type { LogItem } from '@natter/client/room-log';
import type { RoomView } from '@natter/contracts/events';
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';

export interface CachedRoom {
  id: string;
  view: RoomView;
  /** Lines up to here are held; what comes after is asked for. Undefined: none are. */
  position?: number;
  hasOlder: boolean;
  /** When it was last on the screen, for the choice of what to keep. */
  openedAt: number;
}

interface Schema extends DBSchema {
  rooms: { key: string; value: CachedRoom };
  items: { key: [string, number]; value: LogItem };
  outbox: { key: string; value: OutboxEntry; indexes: { order: number } };
}

export type Database = IDBPDatabase<Schema>;

const nameOf = (user: string): string => `natter-${user}`;

/** Undefined where a browser has no place for it (private windows of some): all works, but does not outlive a reload. */
export async function openDatabase(user: string): Promise<Database | undefined> {
  try {
    return await openDB<Schema>(nameOf(user), 1, {
      upgrade(database) {
        database.createObjectStore('rooms', { keyPath: 'id' });
        database.createObjectStore('items', { keyPath: ['room', 'seq'] });
        database.createObjectStore('outbox', { keyPath: 'id' }).createIndex('order', 'order');
      },
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase | null)?.close(); // signed out in another tab
      },
    });
  } catch {
    return undefined;
  }
}

/** Nothing of an account stays behind after signing out. */
export async function deleteDatabase(user: string): Promise<void> {
  await deleteDB(nameOf(user)).catch(() => {});
}

export const outboxIn = (database: Database): OutboxStore => ({
  // An earlier version knew sends only, and did not say so.
  load: async () =>
    (await database.getAllFromIndex('outbox', 'order')).map((entry) =>
      Object.assign<object, OutboxEntry>({ type: 'send' }, entry),
    ),
  put: async (entry) => void (await database.put('outbox', entry)),
  remove: (id) => database.delete('outbox', id),
});

// Rooms and their newest lines, kept over a reload. Written a moment after they change, and only what has changed.
import type { Clock } from '@natter/client/clock';
import type { LogItem, RoomLog } from '@natter/client/room-log';
import type { RoomView } from '@natter/contracts/events';
import type { ChatState } from './chat-state.js';
import type { CachedRoom, Database } from './database.js';
import type { Store } from './store.js';

export interface CachedLog {
  room: CachedRoom;
  items: LogItem[];
}

interface RoomToSave {
  view: RoomView;
  log: RoomLog | undefined;
  position: number | undefined;
  openedAt: number;
}

/** Lines kept of a room that is not on the screen. */
export const keptItems = 200;
/** Rooms whose lines are kept: those last looked at. */
const keptLogs = 30;
const delayMs = 400;

export class Cache {
  readonly #database: Database;
  readonly #clock: Clock;
  /** What the database holds, to write only the difference. Lines are never changed in place, so identity tells. */
  readonly #saved = new Map<string, Map<number, LogItem>>();
  #kept: { store: Store<ChatState>; positionOf: (room: string) => number | undefined } | undefined;
  readonly #dirty = new Set<string>();
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** One tab writes: two that saw different things would leave holes. */
  isWriter = true;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Everything kept; lines of rooms that have them. A cache that cannot be read is empty. */
  async load(): Promise<CachedLog[]> {
    try {
      const rooms = await this.#database.getAll('rooms');
      return await Promise.all(
        rooms.map(async (room) => {
          const range = IDBKeyRange.bound([room.id, 0], [room.id, Number.MAX_SAFE_INTEGER]);
          const items = await this.#database.getAll('items', range);
          this.#saved.set(room.id, new Map(items.map((item) => [item.seq, item])));
          return { room, items: items.slice(-keptItems) };
        }),
      );
    } catch {
      return [];
    }
  }

  /** From now on, keeps what changes in a store; `positionOf` tells up to which seq its logs reach. */
  keep(store: Store<ChatState>, positionOf: (room: string) => number | undefined): void {
    this.#kept = { store, positionOf };
    let before = store.state;
    store.subscribe(() => {
      const { state } = store;
      for (const name of ['rooms', 'logs', 'openedAt'] as const) {
        if (before[name] === state[name]) continue;
        for (const [room, value] of state[name]) if (before[name].get(room) !== value) this.#mark(room);
        for (const room of before[name].keys()) if (!state[name].has(room)) this.#mark(room);
      }
      before = state;
    });
  }

  #mark(room: string): void {
    if (!this.isWriter) return;
    this.#dirty.add(room);
    this.#cancel ??= this.#clock.after(delayMs, () => void this.flush());
  }

  /** Writes what has changed; a failure costs only what would have been kept. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const rooms = this.#toSave();
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    this.#writing = this.#writing.then(() => this.#write(dirty, rooms)).catch(() => {});
    return this.#writing;
  }

  /** All of one moment: a position and the lines up to it belong together. */
  #toSave(): Map<string, RoomToSave> {
    const rooms = new Map<string, RoomToSave>();
    if (!this.#kept) return rooms;
    const { store, positionOf } = this.#kept;
    for (const [id, view] of store.state.rooms) {
      const openedAt = store.state.openedAt.get(id) ?? 0;
      rooms.set(id, { view, log: store.state.logs.get(id), position: positionOf(id), openedAt });
    }
    return rooms;
  }

  async #write(dirty: string[], rooms: ReadonlyMap<string, RoomToSave>): Promise<void> {
    if (dirty.length === 0) return;
    const keptSince = [...rooms.values()].map(({ openedAt }) => openedAt).sort((a, b) => b - a)[keptLogs] ?? 0;
    const transaction = this.#database.transaction(['rooms', 'items'], 'readwrite');
    const roomStore = transaction.objectStore('rooms');
    const itemStore = transaction.objectStore('items');
    const requests: Promise<unknown>[] = [];
    for (const id of dirty) {
      const room = rooms.get(id);
      const isKept = room?.log?.status === 'ready' && room.position !== undefined && room.openedAt > keptSince;
      const items = isKept && room.log ? room.log.items.slice(-keptItems) : [];
      const saved = this.#saved.get(id) ?? new Map<number, LogItem>();
      const next = new Map(items.map((item) => [item.seq, item]));
      for (const [seq, item] of next) if (saved.get(seq) !== item) requests.push(itemStore.put(item));
      for (const seq of saved.keys()) if (!next.has(seq)) requests.push(itemStore.delete([id, seq]));
      this.#saved.set(id, next);
      if (!room) {
        requests.push(roomStore.delete(id));
        continue;
      }
      const hasOlder = (room.log?.hasOlder ?? true) || (room.log?.items.length ?? 0) > items.length;
      const position = isKept ? { position: room.position! } : {};
      requests.push(roomStore.put({ id, view: room.view, hasOlder, openedAt: room.openedAt, ...position }));
    }
    await Promise.all([...requests, transaction.done]);
  }
}

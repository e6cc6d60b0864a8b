// The rooms one is in: how each stands, and its place in its log. What comes of a room that was left is not given out.
import type { LogEvent, RemovalReason, RoomView } from '@natter/contracts/events';
import type { ErrorFrame, SyncedFrame } from '@natter/contracts/frames';
import type { Clock, Random } from './clock.js';
import { afterEvent, afterRead } from './room-counts.js';
import { RoomSubscription } from './room-subscription.js';

export interface JoinedRoomsOptions {
  clock: Clock;
  random?: Random;
  /** Sends `sync` for a room and returns the frame's id; undefined when there is no connection. */
  ask: (room: string, position: number) => string | undefined;
  /** Called with the seqs of a room rising by one from its position. */
  apply: (event: LogEvent) => void;
  reset: (room: string, seq: number) => void;
  added: (room: RoomView) => void;
  removed: (room: string, reason: RemovalReason | 'gone') => void;
}

/** Knows which rooms there are and how far each was given out, over any number of connections. */
export class JoinedRooms {
  readonly #options: JoinedRoomsOptions;
  readonly #views = new Map<string, RoomView>();
  readonly #subscriptions = new Map<string, RoomSubscription>();
  /** Left on this connection: what still comes of them is not for us. */
  readonly #left = new Set<string>();
  #me: string | undefined;

  constructor(options: JoinedRoomsOptions) {
    this.#options = options;
  }

  get views(): ReadonlyMap<string, RoomView> {
    return this.#views;
  }

  /** The highest seq of each room up to which every event was given out. */
  get positions(): Record<string, number> {
    return Object.fromEntries([...this.#subscriptions].map(([room, { position }]) => [room, position]));
  }

  position(room: string): number | undefined {
    return this.#subscriptions.get(room)?.position;
  }

  /** Everything up to `position` is held already. */
  hold(room: string, position: number): RoomSubscription {
    const subscription = new RoomSubscription({
      room,
      position,
      clock: this.#options.clock,
      ...(this.#options.random && { random: this.#options.random }),
      ask: this.#options.ask,
      apply: (event) => this.#apply(event),
      reset: (seq) => this.#options.reset(room, seq),
      gone: () => this.remove(room, 'gone'),
    });
    this.#subscriptions.set(room, subscription);
    return subscription;
  }

  /** A connection begins with these. */
  ready(rooms: readonly RoomView[], me: string): void {
    this.#me = me;
    this.#left.clear();
    this.#views.clear();
    for (const room of rooms) this.#take(room);
  }

  synced({ id, rooms }: SyncedFrame): void {
    for (const [room, answer] of Object.entries(rooms)) this.#subscriptions.get(room)?.synced(id, answer);
  }

  /** A `sync` was answered with an error. False when it was none of these. */
  failed({ id, retry_after_ms }: ErrorFrame): boolean {
    return id !== undefined && [...this.#subscriptions.values()].some((each) => each.failed(id, retry_after_ms));
  }

  /** An event of a log, live or replayed. */
  receive(event: LogEvent): void {
    if (this.#left.has(event.room)) return;
    // A room whose `room_added` was dropped on the way is first heard of by an event.
    const subscription = this.#subscriptions.get(event.room) ?? this.hold(event.room, event.seq - 1);
    subscription.receive(event);
  }

  /** Everything up to `seq` was seen, here or on another device. */
  read(room: string, seq: number): void {
    const view = this.#views.get(room);
    if (view && this.#me !== undefined && seq > view.read)
      this.#views.set(room, afterRead(view, undefined, seq, this.#me));
  }

  add(room: RoomView): void {
    this.#left.delete(room.id);
    this.#take(room);
    this.#options.added(room);
  }

  remove(room: string, reason: RemovalReason | 'gone'): void {
    const wasThere = this.#views.delete(room) || this.#subscriptions.has(room);
    this.#subscriptions.get(room)?.stop();
    this.#subscriptions.delete(room);
    this.#left.add(room);
    if (wasThere) this.#options.removed(room, reason);
  }

  /** The connection is gone: the next `hello` will ask. */
  stop(): void {
    for (const subscription of this.#subscriptions.values()) subscription.stop();
  }

  #take(room: RoomView): void {
    this.#views.set(room.id, room);
    if (!this.#subscriptions.has(room.id)) this.hold(room.id, room.last_seq);
  }

  #apply(event: LogEvent): void {
    const view = this.#views.get(event.room);
    if (view && this.#me !== undefined) this.#views.set(event.room, afterEvent(view, event, this.#me));
    this.#options.apply(event);
    // One's own removal, unless it is history: replayed, with a return after it.
    const isNews = event.seq > (view?.last_seq ?? 0);
    if (!isNews || event.type !== 'member' || event.user.id !== this.#me) return;
    const { change } = event;
    if (change === 'left' || change === 'kicked' || change === 'banned') this.remove(event.room, change);
  }
}

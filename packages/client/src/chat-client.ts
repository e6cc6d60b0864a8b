// The face of the SDK: rooms whose events come once each and in order, and sends that are kept until they are stored.
import type { LogEvent, OwnUser, PresenceEvent, RemovalReason, RoomView } from '@natter/contracts/events';
import { NatterError } from '@natter/contracts/errors';
import type { ErrorFrame, HelloFrame, ReadyFrame, ServerFrame } from '@natter/contracts/frames';
import { socketLimits } from '@natter/contracts/limits';
import { bodyProblem } from '@natter/contracts/text';
import type { ChatEvents } from './chat-events.js';
import { type Clock, type Random, systemClock } from './clock.js';
import { type Access, Connection, type ConnectionState } from './connection.js';
import { Emitter } from './emitter.js';
import { newId } from './new-id.js';
import { Outbox } from './outbox.js';
import type { Ack, OutboxEntry, OutboxStore } from './outbox-store.js';
import { Receipts } from './receipts.js';
import { RoomSubscription } from './room-subscription.js';
import type { Connect } from './socket.js';
import { Typing } from './typing.js';

export type { Ack, OutboxChange, OutboxEntry, OutboxStore } from './outbox-store.js';
export type { Access, ConnectionState } from './connection.js';
export type { ChatEvents } from './chat-events.js';

export interface ChatClientOptions {
  connect: Connect;
  /** Named in `hello`. */
  client?: string;
  /** Rooms that are held already, with the highest seq of each: what came after it is replayed. */
  positions?: Record<string, number>;
  outboxStore?: OutboxStore;
  /** See `OutboxOptions.pipeline`. */
  pipeline?: number;
  /** Confirm each applied event as `delivered`; true unless said otherwise. */
  confirmDelivery?: boolean;
  checkAccess?: () => Promise<Access>;
  clock?: Clock;
  random?: Random;
  newId?: () => string;
}

export type SendOptions = Pick<OutboxEntry, 'thread' | 'reply_to' | 'files' | 'meta'> & { id?: string };

/** Rooms and messages over a connection that comes back by itself. Listen with `on`, then `connect`. */
export class ChatClient extends Emitter<ChatEvents> {
  readonly #options: ChatClientOptions;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #receipts: Receipts;
  readonly #typing: Typing;
  readonly #presence = new Map<string, Omit<PresenceEvent, 'type'>>();
  readonly #subscriptions = new Map<string, RoomSubscription>();
  /** Left on this connection: what still comes of them is not for us. */
  readonly #left = new Set<string>();
  readonly #rooms = new Map<string, RoomView>();
  #limits: ReadyFrame['limits'] = socketLimits;
  #user: OwnUser | undefined;
  #status: 'online' | 'away' = 'online';

  constructor(options: ChatClientOptions) {
    super();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? newId;
    const shared = { clock: this.#clock, ...(options.random && { random: options.random }) };
    this.#connection = new Connection({
      ...shared,
      connect: options.connect,
      ...(options.checkAccess && { checkAccess: options.checkAccess }),
      hello: () => this.#hello(),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => this.emit('state', state),
      onLost: (repeatNot) => this.#onLost(repeatNot),
    });
    this.#outbox = new Outbox({
      ...shared,
      ...(options.outboxStore && { store: options.outboxStore }),
      ...(options.pipeline !== undefined && { pipeline: options.pipeline }),
      transmit: (frame) => this.#connection.send(frame),
      onChange: (change) => this.emit('outbox', change),
      onStall: () => this.#connection.restart(),
    });
    this.#receipts = new Receipts({ clock: this.#clock, send: (frame) => this.#connection.send(frame) });
    this.#typing = new Typing({
      clock: this.#clock,
      send: (frame) => this.#connection.send(frame),
      onChange: (change) => this.emit('typing', change),
    });
    for (const [room, position] of Object.entries(options.positions ?? {})) this.#subscribe(room, position);
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Oneself, once `ready` came. */
  get user(): OwnUser | undefined {
    return this.#user;
  }

  /** The rooms one is in, as last told. */
  get rooms(): ReadonlyMap<string, RoomView> {
    return this.#rooms;
  }

  get limits(): ReadyFrame['limits'] {
    return this.#limits;
  }

  /** Sends that are not stored yet, refused ones among them. */
  get pending(): OutboxEntry[] {
    return this.#outbox.entries;
  }

  /** Connects, and stays connected until `close`. Listen first: events begin at once. */
  connect(): void {
    void this.#outbox.load();
    this.#connection.open();
  }

  /** Ends the connection. What waits to be sent stays in the outbox, and goes out after the next `connect`. */
  close(): void {
    this.#onLost(false);
    this.#connection.close();
  }

  /** Something may have changed (network back, page seen again): tries at once, or makes sure the connection still works. */
  nudge(): void {
    this.#connection.nudge();
  }

  /** A room was joined by REST: does not wait for its `room_added`, which may be late. */
  enter(room: RoomView): void {
    if (!this.#rooms.has(room.id)) this.#add(room);
  }

  /** The highest seq of a room up to which every event was given out. */
  position(room: string): number | undefined {
    return this.#subscriptions.get(room)?.position;
  }

  /**
   * Sends a message to a room (by id), over as many connections as it takes.
   *
   * @returns its place in the log, once it is durably stored
   * @throws NatterError with outcome `refused`: it is not stored and will not be sent again unless `retry` says so
   */
  send(room: string, body: string, { id = this.#newId(), ...rest }: SendOptions = {}): Promise<Ack> {
    const problem = this.#problem({ id, room, body, ...rest });
    if (problem) return Promise.reject(new NatterError(problem));
    this.#typing.say(room, false);
    return this.#outbox.add({ id, room, body, ...rest });
  }

  /** Sends a refused message again, as a new one; returns its new id. */
  retry(id: string): string {
    const again = this.#newId();
    this.#outbox.retry(id, again);
    return again;
  }

  /** Gives up a message that is not stored yet. */
  discard(id: string): void {
    this.#outbox.discard(id);
  }

  /** The user has seen everything up to `seq`. Told to the server at most once a second a room. */
  read(room: string, seq: number): void {
    this.#receipts.read(room, seq);
  }

  /** Everything up to `seq` has arrived here, if by another way than `event`. */
  delivered(room: string, seq: number): void {
    this.#receipts.delivered(room, seq);
  }

  /** The user writes something in a room, or has ceased: may be called with every key. It ends by itself after 6 s. */
  typing(room: string, on = true): void {
    if (this.state.phase === 'live') this.#typing.say(room, on);
  }

  /** Others who write something in a room, those who began first first. */
  typists(room: string): string[] {
    return this.#typing.in(room);
  }

  /** Whether somebody sits before this client; holds for later connections too. */
  setStatus(status: 'online' | 'away'): void {
    if (status === this.#status) return;
    this.#status = status;
    if (this.state.phase === 'live') this.#connection.send({ type: 'presence', status });
  }

  /** What was told of others since `ready`. How it stood before, `rest.members` and `rest.user` tell. */
  get presence(): ReadonlyMap<string, Omit<PresenceEvent, 'type'>> {
    return this.#presence;
  }

  /** Resolves when the outbox store holds all that was said so far. */
  saved(): Promise<void> {
    return this.#outbox.saved();
  }

  #problem(message: Omit<OutboxEntry, 'order'>): 'empty' | 'too_long' | undefined {
    const problem = bodyProblem(message.body, message.files?.length, this.#limits.body_chars);
    if (problem !== undefined) return problem;
    const frameBytes = new TextEncoder().encode(JSON.stringify({ type: 'send', ...message })).length;
    return frameBytes > this.#limits.frame_bytes ? 'too_long' : undefined;
  }

  #hello(): HelloFrame {
    const rooms: Record<string, number> = {};
    for (const [room, subscription] of this.#subscriptions) rooms[room] = subscription.position;
    return { type: 'hello', client: this.#options.client ?? 'natter-sdk/0.1', rooms };
  }

  #subscribe(room: string, position: number): RoomSubscription {
    const subscription = new RoomSubscription({
      room,
      position,
      clock: this.#clock,
      ...(this.#options.random && { random: this.#options.random }),
      ask: (asked, after) => this.#ask(asked, after),
      apply: (event) => this.#apply(event),
      reset: (seq) => this.emit('reset', { room, seq }),
      gone: () => this.#remove(room, 'gone'),
    });
    this.#subscriptions.set(room, subscription);
    return subscription;
  }

  #ask(room: string, position: number): string | undefined {
    const id = this.#newId();
    return this.#connection.send({ type: 'sync', id, rooms: { [room]: position } }) ? id : undefined;
  }

  #onFrame(frame: ServerFrame): void {
    this.emit('frame', frame);
    switch (frame.type) {
      case 'ready':
        return this.#onReady(frame);
      case 'synced':
        for (const [room, answer] of Object.entries(frame.rooms))
          this.#subscriptions.get(room)?.synced(frame.id, answer);
        if (frame.id === undefined) this.emit('synced', frame);
        return;
      case 'ack':
        return this.#outbox.stored({ id: frame.id, room: frame.room, seq: frame.seq, ts: frame.ts });
      case 'error':
        return this.#onError(frame);
      case 'receipt':
        return this.emit('receipt', frame);
      case 'typing':
        return this.#typing.hear(frame);
      case 'presence': {
        const { type: _, ...presence } = frame;
        this.#presence.set(presence.user, presence);
        return this.emit('presence', presence);
      }
      case 'room_added':
        return this.#add(frame.room);
      case 'room_removed':
        return this.#remove(frame.room, frame.reason);
      case 'notification': {
        const { type: _, ...notification } = frame;
        return this.emit('notification', notification);
      }
      case 'user':
        this.#user = frame.user;
        return this.emit('user', frame.user);
      case 'pong':
      case 'bye':
        return;
      default:
        // Whatever has a place in a log is an event, known or not; the rest is fleeting and from a later version.
        if (typeof frame.seq === 'number' && typeof frame.room === 'string') this.#onEvent(frame);
    }
  }

  #onReady(ready: ReadyFrame): void {
    this.#user = ready.user;
    this.#limits = ready.limits;
    this.#left.clear();
    this.#rooms.clear();
    this.#presence.clear();
    if (this.#status === 'away') this.#connection.send({ type: 'presence', status: 'away' });
    for (const room of ready.rooms) {
      this.#rooms.set(room.id, room);
      if (!this.#subscriptions.has(room.id)) this.#subscribe(room.id, room.last_seq);
    }
    this.emit('ready', ready);
    for (const room of ready.rooms) this.#receipts.known(room.id, room);
    this.#outbox.live(ready.limits);
  }

  #onEvent(event: LogEvent): void {
    if (this.#left.has(event.room)) return;
    // A room whose `room_added` was dropped on the way is first heard of by an event.
    const subscription = this.#subscriptions.get(event.room) ?? this.#subscribe(event.room, event.seq - 1);
    subscription.receive(event);
  }

  #apply(event: LogEvent): void {
    const isMine = event.type === 'message' && event.sender.id === this.#user?.id;
    if (event.type === 'message') this.#typing.hear({ room: event.room, user: event.sender.id, on: false });
    this.emit('event', event);
    if (isMine) this.#outbox.stored({ id: event.id, room: event.room, seq: event.seq, ts: event.ts });
    if (this.#options.confirmDelivery ?? true) this.#receipts.delivered(event.room, event.seq);
    if (event.type === 'member' && event.user.id === this.#user?.id) {
      const { change } = event;
      if (change === 'left' || change === 'kicked' || change === 'banned') this.#leaveIfLast(event, change);
    }
  }

  /** One's own removal, unless it is history: replayed, with a return after it. */
  #leaveIfLast(event: LogEvent, reason: RemovalReason): void {
    const lastSeq = this.#rooms.get(event.room)?.last_seq ?? 0;
    if (event.seq > lastSeq) this.#remove(event.room, reason);
  }

  #onError(error: ErrorFrame): void {
    if (this.#outbox.failed(error)) return;
    for (const subscription of this.#subscriptions.values()) {
      if (error.id !== undefined && subscription.failed(error.id, error.retry_after_ms)) return;
    }
    this.emit('error', error);
  }

  #add(room: RoomView): void {
    this.#left.delete(room.id);
    this.#rooms.set(room.id, room);
    if (!this.#subscriptions.has(room.id)) this.#subscribe(room.id, room.last_seq);
    this.emit('room_added', room);
  }

  #remove(room: string, reason: RemovalReason | 'gone'): void {
    const wasThere = this.#rooms.delete(room) || this.#subscriptions.has(room);
    this.#subscriptions.get(room)?.stop();
    this.#subscriptions.delete(room);
    this.#receipts.forget(room);
    this.#typing.stop(room);
    this.#left.add(room);
    if (wasThere) this.emit('room_removed', { room, reason });
  }

  #onLost(repeatNot: boolean): void {
    this.#outbox.lost(repeatNot);
    this.#receipts.stop();
    this.#typing.stop();
    for (const subscription of this.#subscriptions.values()) subscription.stop();
  }
}

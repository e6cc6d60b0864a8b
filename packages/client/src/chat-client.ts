// The face of the SDK: rooms whose events come once each and in order, and requests that are kept until they are stored.
import type { LogEvent, OwnUser, ReactionEvent, RoomView } from '@natter/contracts/events';
import { NatterError } from '@natter/contracts/errors';
import type { ClientFrame, ReadyFrame, SendFrame, ServerFrame, StoringFrame } from '@natter/contracts/frames';
import { socketLimits } from '@natter/contracts/limits';
import type { ChatEvents } from './chat-events.js';
import { type Clock, type Random, systemClock } from './clock.js';
import { type Access, Connection, type ConnectionState } from './connection.js';
import { Emitter } from './emitter.js';
import { JoinedRooms } from './joined-rooms.js';
import { newId } from './new-id.js';
import { Outbox } from './outbox.js';
import type { Ack, OutboxEntry, OutboxStore } from './outbox-store.js';
import { Presence, type PresenceChange } from './presence.js';
import { Receipts } from './receipts.js';
import { requestProblem } from './request-problem.js';
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

/** `thread`: the seq of the message whose thread this belongs to; `reply_to`: of the message it answers. */
export type SendOptions = Pick<SendFrame, 'thread' | 'reply_to' | 'files' | 'meta'> & { id?: string };

/** Rooms and messages over a connection that comes back by itself. Listen with `on`, then `connect`. */
export class ChatClient extends Emitter<ChatEvents> {
  readonly #confirmsDelivery: boolean;
  readonly #newId: () => string;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #receipts: Receipts;
  readonly #typing: Typing;
  readonly #rooms: JoinedRooms;
  readonly #presence: Presence;
  #limits: ReadyFrame['limits'] = socketLimits;
  #user: OwnUser | undefined;

  constructor(options: ChatClientOptions) {
    super();
    this.#confirmsDelivery = options.confirmDelivery ?? true;
    this.#newId = options.newId ?? newId;
    const clock = options.clock ?? systemClock;
    const send = (frame: ClientFrame): boolean => this.#connection.send(frame);
    const shared = { clock, ...(options.random && { random: options.random }) };
    this.#connection = new Connection({
      ...shared,
      connect: options.connect,
      ...(options.checkAccess && { checkAccess: options.checkAccess }),
      hello: () => ({ type: 'hello', client: options.client ?? 'natter-sdk/0.1', rooms: this.#rooms.positions }),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => this.emit('state', state),
      onLost: (repeatNot) => this.#onLost(repeatNot),
    });
    this.#outbox = new Outbox({
      ...shared,
      ...(options.outboxStore && { store: options.outboxStore }),
      ...(options.pipeline !== undefined && { pipeline: options.pipeline }),
      transmit: send,
      onChange: (change) => this.emit('outbox', change),
      onStall: () => this.#connection.restart(),
    });
    this.#receipts = new Receipts({ clock, send });
    this.#typing = new Typing({ clock, send, onChange: (change) => this.emit('typing', change) });
    this.#presence = new Presence({ send, onChange: (change) => this.emit('presence', change) });
    this.#rooms = new JoinedRooms({
      ...shared,
      ask: (room, position) => this.#ask(room, position),
      apply: (event) => this.#apply(event),
      reset: (room, seq) => this.emit('reset', { room, seq }),
      added: (room) => this.emit('room_added', room),
      removed: (room, reason) => {
        this.#receipts.forget(room);
        this.#typing.stop(room);
        this.emit('room_removed', { room, reason });
      },
    });
    for (const [room, position] of Object.entries(options.positions ?? {})) this.#rooms.hold(room, position);
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Oneself, once `ready` came. */
  get user(): OwnUser | undefined {
    return this.#user;
  }

  /** The rooms one is in, as last told, with what is unread and who named one since; exact at each `ready`. */
  get rooms(): ReadonlyMap<string, RoomView> {
    return this.#rooms.views;
  }

  get limits(): ReadyFrame['limits'] {
    return this.#limits;
  }

  /** Requests that are not stored yet, refused ones among them. */
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
    if (!this.#rooms.views.has(room.id)) this.#rooms.add(room);
  }

  /** The highest seq of a room up to which every event was given out. */
  position(room: string): number | undefined {
    return this.#rooms.position(room);
  }

  /**
   * Sends a message to a room (by id), over as many connections as it takes.
   *
   * @returns its place in the log, once it is durably stored
   * @throws NatterError with outcome `refused`: it is not stored and will not be sent again unless `retry` says so
   */
  send(room: string, body: string, { id = this.#newId(), ...rest }: SendOptions = {}): Promise<Ack> {
    return this.#store({ type: 'send', id, room, body, ...rest });
  }

  /** Gives a message of one's own, at `target`, another text. Kept and repeated as `send` is; likewise the next two. */
  edit(room: string, target: number, body: string, id = this.#newId()): Promise<Ack> {
    return this.#store({ type: 'edit', id, room, target, body });
  }

  /** Deletes a message: one's own, or as an admin or the owner. */
  delete(room: string, target: number, id = this.#newId()): Promise<Ack> {
    return this.#store({ type: 'delete', id, room, target });
  }

  /** Gives a message a reaction, or takes one's own back; asked for again it changes nothing. */
  react(
    room: string,
    target: number,
    emoji: string,
    op: ReactionEvent['op'] = 'add',
    id = this.#newId(),
  ): Promise<Ack> {
    return this.#store({ type: 'react', id, room, target, emoji, op });
  }

  /** Asks again for what was refused, as something new; returns its new id. */
  retry(id: string): string {
    const again = this.#newId();
    this.#outbox.retry(id, again);
    return again;
  }

  /** Gives up a request that is not stored yet; one that is in flight may be stored all the same. */
  discard(id: string): void {
    this.#outbox.discard(id);
  }

  /** The user has seen everything up to `seq`. Told to the server at most once a second a room. */
  read(room: string, seq: number): void {
    this.#rooms.read(room, seq);
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
    this.#presence.say(status);
  }

  /** What was told of others since `ready`. How it stood before, `rest.members` and `rest.user` tell. */
  get presence(): ReadonlyMap<string, PresenceChange> {
    return this.#presence.others;
  }

  /** Resolves when the outbox store holds all that was said so far. */
  saved(): Promise<void> {
    return this.#outbox.saved();
  }

  #store(frame: StoringFrame): Promise<Ack> {
    const problem = requestProblem(frame, this.#limits);
    if (problem) return Promise.reject(new NatterError(problem));
    if (frame.type === 'send') this.#typing.say(frame.room, false);
    return this.#outbox.add(frame);
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
        this.#rooms.synced(frame);
        if (frame.id === undefined) this.emit('synced', frame);
        return;
      case 'ack':
        return this.#outbox.stored({ id: frame.id, room: frame.room, seq: frame.seq, ts: frame.ts });
      case 'error':
        if (!this.#outbox.failed(frame) && !this.#rooms.failed(frame)) this.emit('error', frame);
        return;
      case 'receipt':
        if (frame.user === this.#user?.id) this.#rooms.read(frame.room, frame.read);
        return this.emit('receipt', frame);
      case 'typing':
        return this.#typing.hear(frame);
      case 'presence':
        return this.#presence.hear(frame);
      case 'room_added':
        return this.#rooms.add(frame.room);
      case 'room_removed':
        return this.#rooms.remove(frame.room, frame.reason);
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
        if (typeof frame.seq === 'number' && typeof frame.room === 'string') this.#rooms.receive(frame);
    }
  }

  #onReady(ready: ReadyFrame): void {
    this.#user = ready.user;
    this.#limits = ready.limits;
    this.#presence.ready();
    this.#rooms.ready(ready.rooms, ready.user.id);
    this.emit('ready', ready);
    for (const room of ready.rooms) this.#receipts.known(room.id, room);
    this.#outbox.live(ready.limits);
  }

  #apply(event: LogEvent): void {
    const isMine = event.type === 'message' && event.sender.id === this.#user?.id;
    if (event.type === 'message') this.#typing.hear({ room: event.room, user: event.sender.id, on: false });
    this.emit('event', event);
    if (isMine) this.#outbox.stored({ id: event.id, room: event.room, seq: event.seq, ts: event.ts });
    if (this.#confirmsDelivery) this.#receipts.delivered(event.room, event.seq);
  }

  #onLost(repeatNot: boolean): void {
    this.#outbox.lost(repeatNot);
    this.#receipts.stop();
    this.#typing.stop();
    this.#rooms.stop();
  }
}

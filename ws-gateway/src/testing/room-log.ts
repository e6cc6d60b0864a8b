// A room log in memory that speaks to ws-gateways as the room-service does: append, page, deliver, beat. What it sends can be lost.
import { randomUUID } from 'node:crypto';
import type { MemberChange } from '@natter/contracts/events';
import type {
  AppendRequest,
  DeleteItem,
  DeliveryHeader,
  EditItem,
  MemberMove,
  PageRequest,
  SendItem,
} from '@natter/contracts/messages';
import type { LogBeat, Membership } from '@natter/contracts/rooms';
import { subjects } from '@natter/contracts/subjects';
import { encodeDelivery, type EventBytes } from '@natter/service-kit/delivery';
import type { NatsConnection } from '@natter/service-kit/nats';

type Change = Pick<EditItem, 'type' | 'room' | 'target' | 'body'> | Pick<DeleteItem, 'type' | 'room' | 'target'>;

/** What the bus carries in one message, with some room for the header. */
const maxPageBytes = 900_000;

export interface ModelRoom {
  id: string;
  visibility: 'public' | 'private';
  history: 'all' | 'since_join';
  events: EventBytes[];
  /** User to the place of the event that brought them in. */
  members: Map<string, number>;
}

export class RoomLog {
  readonly rooms = new Map<string, ModelRoom>();
  /** Room to the instances that hold members of it. */
  readonly interest = new Map<string, Set<string>>();
  /** Sends that arrived, in order. */
  readonly appended: string[] = [];
  pagesRead = 0;
  /** Answers false for a delivery that is to be lost. */
  delivers: (event: EventBytes) => boolean = () => true;
  /** False: appends are taken and never answered. */
  answers = true;
  beating = true;
  private readonly sentIds = new Map<string, { room: string; seq: number; ts: string }>();
  private readonly incarnation = randomUUID();
  private beatNumber = 0;
  private lastHeads = new Map<string, number>();
  private heads = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly nc: NatsConnection,
    beatMs = 200,
  ) {
    nc.subscribe(subjects.append, { callback: (_, message) => this.append(message.json<AppendRequest>()) });
    nc.subscribe(subjects.page, {
      callback: (_, message) => {
        message.respond(this.page(message.json<PageRequest>()));
      },
    });
    this.timer = setInterval(() => this.beat(), beatMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  createRoom(members: string[], options: Partial<ModelRoom> = {}): ModelRoom {
    const room: ModelRoom = {
      id: randomUUID(),
      visibility: 'public',
      history: 'all',
      events: [],
      members: new Map(),
      ...options,
    };
    this.rooms.set(room.id, room);
    for (const member of members) this.move(room.id, member, 'joined', false);
    return room;
  }

  /** Writes a message as if somebody elsewhere had sent it. @returns its seq */
  say(roomId: string, body: string, sender = 'somebody'): number {
    const event = this.write(roomId, {
      type: 'message',
      id: randomUUID(),
      sender: { id: sender, username: sender },
      body,
    });
    this.deliver([event]);
    return event.seq;
  }

  /** Edits a message, or deletes it, as if somebody elsewhere had. @returns the seq of that event */
  revise(roomId: string, target: number, body?: string): number {
    const event = this.change(
      body === undefined ? { type: 'delete', room: roomId, target } : { type: 'edit', room: roomId, target, body },
    );
    this.deliver([event]);
    return event.seq;
  }

  /** Somebody comes or goes; `tell` false: only the log knows. */
  move(roomId: string, user: string, change: MemberChange, tell = true): number {
    const room = this.rooms.get(roomId)!;
    const isIn = change === 'joined' || change === 'added';
    const move: MemberMove = { user, change, role: isIn ? 'member' : null };
    const event = this.write(roomId, { type: 'member', user: { id: user, username: user }, change }, move);
    if (isIn) room.members.set(user, event.seq);
    else room.members.delete(user);
    if (tell) {
      this.deliver([event]);
      this.nc.publish(subjects.membershipChanged, JSON.stringify({ user, room: roomId, seq: event.seq, change }));
    }
    return event.seq;
  }

  deleteRoom(roomId: string): void {
    this.rooms.delete(roomId);
    this.nc.publish(subjects.roomDeleted, JSON.stringify({ room: roomId }));
  }

  /** A frame without a seq, to everybody in the room. */
  tellFleeting(roomId: string, event: object): void {
    const bytes = Buffer.from(JSON.stringify(event));
    this.deliver([{ room: roomId, seq: 0, bytes }]);
  }

  membershipsOf(user: string): Membership[] {
    return [...this.rooms.values()].filter((room) => room.members.has(user)).map((room) => this.membership(user, room));
  }

  private membership(user: string, room: ModelRoom): Membership {
    const last_seq = room.events.length;
    return {
      id: room.id,
      name: `r-${room.id.slice(0, 8)}`,
      title: 'a room',
      kind: 'room',
      visibility: room.visibility,
      role: 'member',
      members: room.members.size,
      last_seq,
      read: 0,
      delivered: 0,
      unread: 0,
      mentions: 0,
      notify: 'all',
      muted_until: null,
      joined_seq: room.members.get(user) ?? 0,
      visible_after: room.history === 'since_join' ? (room.members.get(user) ?? 0) - 1 : 0,
    };
  }

  private append({ instance, items }: AppendRequest): void {
    if (!this.answers) return;
    const acks: DeliveryHeader['acks'] = [];
    const errors: DeliveryHeader['errors'] = [];
    const events: EventBytes[] = [];
    for (const item of items) {
      const { ref, room: roomId, sender, id } = item;
      this.appended.push(id);
      const room = this.rooms.get(roomId);
      const known = this.sentIds.get(`${sender} ${id}`);
      if (known !== undefined) acks.push([ref, known.seq, known.ts, true]);
      else if (room === undefined) errors.push([ref, 'not_found']);
      else if (!room.members.has(sender)) errors.push([ref, 'not_member']);
      else {
        const event = item.type === undefined ? this.store(item) : this.change(item as Change);
        const ts = new Date().toISOString();
        this.sentIds.set(`${sender} ${id}`, { room: roomId, seq: event.seq, ts });
        acks.push([ref, event.seq, ts]);
        events.push(event);
      }
    }
    this.nc.publish(subjects.instanceDeliver(instance), encodeDelivery({ acks, errors, events: [] }));
    this.deliver(events);
  }

  private store({ room, id, sender, username, body }: SendItem): EventBytes {
    return this.write(room, { type: 'message', id, sender: { id: sender, username }, body });
  }

  /** An edit or a deletion: the log shows the message from now on as it is then. */
  private change(item: Change): EventBytes {
    const { room, target } = item;
    const body = item.type === 'edit' ? item.body : undefined;
    const told = this.rooms.get(room)?.events[target - 1];
    if (told !== undefined) {
      const message = JSON.parse(String(told.bytes)) as Record<string, unknown>;
      told.bytes = Buffer.from(JSON.stringify({ ...message, body, deleted: item.type === 'delete' }));
    }
    const type = item.type === 'edit' ? 'edited' : 'deleted';
    const event = this.write(room, { type, target, body });
    event.about = target;
    return event;
  }

  private write(roomId: string, rest: { type: string } & Record<string, unknown>, member?: MemberMove): EventBytes {
    const room = this.rooms.get(roomId)!;
    const seq = room.events.length + 1;
    const { type, ...others } = rest;
    const bytes = Buffer.from(JSON.stringify({ type, room: roomId, seq, ts: new Date().toISOString(), ...others }));
    const event: EventBytes = { room: roomId, seq, bytes, ...(member && { member }) };
    room.events.push(event);
    this.heads.set(roomId, seq);
    return event;
  }

  private deliver(events: EventBytes[]): void {
    const instances = new Map<string, EventBytes[]>();
    for (const event of events.filter(this.delivers))
      for (const instance of this.interest.get(event.room) ?? [])
        instances.set(instance, [...(instances.get(instance) ?? []), event]);
    for (const [instance, theirs] of instances)
      this.nc.publish(subjects.instanceDeliver(instance), encodeDelivery({ acks: [], errors: [], events: theirs }));
  }

  private page({ room: roomId, after, limit }: PageRequest): Buffer {
    this.pagesRead++;
    const room = this.rooms.get(roomId);
    const events: EventBytes[] = [];
    let bytes = 0;
    for (const event of room?.events.slice(after, after + limit) ?? []) {
      if ((bytes += event.bytes.length) > maxPageBytes) break;
      events.push(event);
    }
    const sinceJoin = room?.history === 'since_join' && { sinceJoin: true as const };
    return encodeDelivery({ acks: [], errors: [], events, lastSeq: room?.events.length ?? null, ...sinceJoin });
  }

  private beat(): void {
    if (!this.beating) return;
    const heads = new Map([...this.lastHeads, ...this.heads]);
    this.lastHeads = this.heads;
    this.heads = new Map();
    const beat: LogBeat = {
      replica: 'room-1',
      incarnation: this.incarnation,
      n: ++this.beatNumber,
      heads: [...heads],
      members: [],
      deleted: [],
    };
    this.nc.publish(subjects.logBeat, JSON.stringify(beat));
  }
}

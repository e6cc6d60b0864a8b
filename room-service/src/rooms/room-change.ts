// One change of a room, and what it adds to the log: the room and its head are locked, then all is checked, changed, numbered and
// committed together, and only then told. Messages lock the head, too, so the log has one order.
import { fold } from '@natter/contracts/fold';
import type { LogEvent, MemberChange, Role, RoomDetails, User } from '@natter/contracts/events';
import type { EntityManager } from 'typeorm';
import { memberPayload, type PlacedEvent } from '../log/payload.js';
import type { HeadRow } from '../log/head.entity.js';
import type { RoomRow } from './room.entity.js';

/** A room and where its log ends. */
export type RoomAndHead = RoomRow & Omit<HeadRow, 'room'>;

/** Something that happened to a user's place, and at which place of the log. */
export interface Move {
  user: string;
  change: MemberChange;
  seq: number;
  role: Role | null;
  /** Who did it. */
  by: string;
}

export type RoomPatch = Partial<
  Pick<RoomDetails, 'name' | 'title' | 'topic' | 'visibility' | 'history' | 'members_can_invite'>
>;

/** What a change has done so far; used inside one transaction by the one who opened it. */
export class RoomChange {
  readonly events: PlacedEvent[] = [];
  readonly moves: Move[] = [];
  /** Set when the room is no more: who deleted it. */
  deletedBy: string | undefined;
  private readonly senders: string[] = [];

  /**
   * @param room its rows, locked; kept up with the change
   * @param nowIso the database's clock
   */
  constructor(
    readonly manager: EntityManager,
    readonly room: RoomAndHead,
    private readonly nowIso: string,
  ) {}

  /** The time of this change's events: never below that of an earlier event of the room. */
  get ts(): string {
    const last = this.room.last_ts.toISOString();
    return last > this.nowIso ? last : this.nowIso;
  }

  /** Somebody comes in. @returns the place of the event, from which the member reads on */
  addMember(user: User, role: Role, change: 'joined' | 'added', by: User): number {
    this.room.members++;
    return this.move(user, role, change, by);
  }

  removeMember(user: User, change: 'left' | 'kicked' | 'banned', by: User): number {
    this.room.members--;
    return this.move(user, null, change, by);
  }

  /** A role changes, or who may come in: nobody comes or goes. */
  noteMember(user: User, role: Role | null, change: 'role' | 'banned' | 'unbanned', by: User): number {
    return this.move(user, role, change, by);
  }

  /** The room is this member's now. */
  handOver(owner: User, by: User): void {
    this.room.owner = owner.id;
    this.noteMember(owner, 'owner', 'role', by);
    this.noteMember(by, 'admin', 'role', by);
  }

  /** The room looks different now. */
  showRoom(by: User): number {
    const { name, title, topic, visibility, history, members_can_invite } = this.room;
    return this.append('room', by, JSON.stringify({ name, title, topic, visibility, history, members_can_invite, by }));
  }

  /** Writes the events, and the room's new head. */
  async write(): Promise<void> {
    if (this.deletedBy !== undefined || this.events.length === 0) return;
    const { room } = this;
    room.last_ts = new Date(this.ts);
    await this.manager.query(
      `INSERT INTO log (room, seq, type, ts, sender, payload)
       SELECT $1, e.seq, e.type, $2, e.sender, e.payload
       FROM unnest($3::bigint[], $4::text[], $5::uuid[], $6::text[]) AS e (seq, type, sender, payload)`,
      [
        room.id,
        room.last_ts,
        this.events.map(({ seq }) => seq),
        this.events.map(({ type }) => type),
        this.senders,
        this.events.map(({ payload }) => payload),
      ],
    );
    await this.manager.query(
      `WITH head AS (UPDATE heads SET last_seq = $2, last_ts = $3 WHERE room = $1)
       UPDATE rooms SET members = $4, name = $5, title = $6, title_folded = $7, topic = $8,
              visibility = $9, history = $10, members_can_invite = $11, owner = $12
       WHERE id = $1`,
      [
        room.id,
        room.last_seq,
        room.last_ts,
        room.members,
        room.name,
        room.title,
        fold(room.title),
        room.topic,
        room.visibility,
        room.history,
        room.members_can_invite,
        room.owner,
      ],
    );
  }

  private move(user: User, role: Role | null, change: MemberChange, by: User): number {
    const seq = this.append('member', by, memberPayload(user, change, role, by));
    this.moves.push({ user: user.id, change, seq, role, by: by.id });
    return seq;
  }

  private append(type: LogEvent['type'], by: User, payload: string): number {
    const { room } = this;
    const seq = ++room.last_seq;
    this.events.push({ room: room.id, seq, type, ts: this.ts, payload });
    this.senders.push(by.id);
    return seq;
  }
}

// Opens changes of rooms, and tells what they did once it is committed.
import { NatterError } from '@natter/contracts/errors';
import { fold } from '@natter/contracts/fold';
import type { MembershipChanged, RoomDeleted } from '@natter/contracts/rooms';
import { isRoomId } from '@natter/contracts/ids';
import { subjects } from '@natter/contracts/subjects';
import { isDatabaseAway } from '@natter/service-kit/database-errors';
import type { Bus } from '@natter/service-kit/nats';
import type { DataSource, EntityManager } from 'typeorm';
import type { FactOutbox } from '../audit/fact-outbox.js';
import type { Beat } from '../log/beat.js';
import type { Doubts } from '../log/doubts.js';
import { eventBytes } from '../log/payload.js';
import type { Router } from '../log/router.js';
import { type RoomAndHead, RoomChange } from './room-change.js';
import type { RoomRow } from './room.entity.js';

/** A new room as its creator wants it. */
export type NewRoom = Pick<
  RoomRow,
  'id' | 'kind' | 'name' | 'title' | 'topic' | 'visibility' | 'history' | 'members_can_invite' | 'owner'
>;

/** A replica that stops in the middle of a change lets go of the room after this long: messages wait for it. */
const maxPauseMs = 2_000;

type LockedRoom = RoomAndHead & { now: Date };

export class RoomChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly router: Router,
    private readonly beat: Beat,
    private readonly doubts: Doubts,
    private readonly bus: Bus,
    private readonly facts: FactOutbox,
  ) {}

  /**
   * Changes the room of that id or name; `work` runs inside the transaction, with the room locked.
   *
   * @throws NatterError `not_found` when there is no such room; what `work` throws undoes all
   */
  change<T>(ref: string, work: (change: RoomChange) => Promise<T>): Promise<T> {
    const where = isRoomId(ref) ? 'id = $1' : 'name = $1';
    return this.run(async (manager) => {
      const [room]: LockedRoom[] = await manager.query(
        `SELECT r.*, h.last_seq, h.last_ts, date_trunc('milliseconds', clock_timestamp()) AS now
         FROM rooms r JOIN heads h ON h.room = r.id WHERE r.${where} FOR NO KEY UPDATE`,
        [ref],
      );
      return room;
    }, work);
  }

  /** Makes a room; `work` adds its first members. @throws a unique violation of `rooms_name_key` */
  create<T>(room: NewRoom, work: (change: RoomChange) => Promise<T>): Promise<T> {
    return this.run(async (manager) => {
      const [created]: LockedRoom[] = await manager.query(
        `WITH made AS (
           INSERT INTO rooms (id, name, title, title_folded, topic, kind, visibility, history, members_can_invite, owner, created_at)
           VALUES ($1, $2, $3, $4, $5, $10, $6, $7, $8, $9, date_trunc('milliseconds', clock_timestamp()))
           RETURNING *
         ), head AS (
           INSERT INTO heads (room, last_seq, last_ts) SELECT id, 0, created_at FROM made RETURNING last_seq, last_ts
         )
         SELECT made.*, head.*, made.created_at AS now FROM made, head`,
        [
          room.id,
          room.name,
          room.title,
          fold(room.title),
          room.topic,
          room.visibility,
          room.history,
          room.members_can_invite,
          room.owner,
          room.kind,
        ],
      );
      return created;
    }, work);
  }

  private async run<T>(
    open: (manager: EntityManager) => Promise<LockedRoom | undefined>,
    work: (change: RoomChange) => Promise<T>,
  ): Promise<T> {
    const under: { change?: RoomChange; hasFacts?: boolean } = {};
    try {
      const result = await this.dataSource.transaction(async (manager) => {
        await manager.query(`SET LOCAL idle_in_transaction_session_timeout = ${maxPauseMs}`);
        const locked = await open(manager);
        if (locked === undefined) throw new NatterError('not_found');
        const { now, ...room } = locked;
        const change = new RoomChange(manager, room, now.toISOString());
        under.change = change;
        const done = await work(change);
        await change.write();
        under.hasFacts = await this.facts.add(change);
        return done;
      });
      if (under.change !== undefined) this.tell(under.change);
      if (under.hasFacts) this.facts.soon();
      return result;
    } catch (error) {
      // A commit that got no answer may be done.
      if (under.change !== undefined && isDatabaseAway(error)) this.doubt(under.change);
      throw error;
    }
  }

  private tell(change: RoomChange): void {
    const { room, events, moves, deletedBy } = change;
    const round = this.router.round();
    for (const event of events) round.event(eventBytes(event));
    round.send();
    for (const move of moves) {
      this.beat.member(move.user, room.id);
      const { user, seq, change: what } = move;
      this.bus.publishJson(subjects.membershipChanged, {
        user,
        room: room.id,
        seq,
        change: what,
      } satisfies MembershipChanged);
    }
    if (deletedBy === undefined) return;
    this.beat.deleted(room.id);
    this.bus.publishJson(subjects.roomDeleted, { room: room.id } satisfies RoomDeleted);
  }

  private doubt({ room, moves }: RoomChange): void {
    this.doubts.add(
      [room.id],
      moves.map(({ user }) => [user, room.id]),
    );
  }
}

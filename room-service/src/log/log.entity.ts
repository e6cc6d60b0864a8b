import type { LogEvent } from '@natter/contracts/events';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One event of a room's log. */
@Entity('log')
@Index('log_sender_id', ['sender', 'id'], { unique: true, where: 'id IS NOT NULL' })
export class LogRow {
  @PrimaryColumn('uuid')
  room!: string;

  @PrimaryColumn('bigint')
  seq!: number;

  @Column('text')
  type!: LogEvent['type'];

  @Column({ type: 'timestamptz', precision: 3 })
  ts!: Date;

  /** Who did it. */
  @Column('uuid')
  sender!: string;

  /** The id its sender gave it; null for what nobody can repeat by id. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  id!: string | null;

  /** The event as clients see it, as JSON, without its place. */
  @Column('text')
  payload!: string;

  /** The root of a message's thread; of `edited`, `deleted` and `reaction` the seq of the message. */
  @Column({ type: 'bigint', nullable: true })
  target!: number | null;

  /** It is a message that has reactions or replies, which stand in rows of their own. */
  @Column('boolean')
  marked!: boolean;

  /** It is a message that has been deleted: its payload says no more than that. */
  @Column('boolean')
  deleted!: boolean;

  /** SHA-256 of the text its request came with, where the payload does not show it. */
  @Column({ type: 'bytea', nullable: true })
  proof!: Buffer | null;
}

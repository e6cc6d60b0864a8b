import type { Notify, Role } from '@natter/contracts/events';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A user's place in a room, and how far that user got. */
@Entity('members')
@Unique('members_place', ['usr', 'room', 'role'])
@Index('members_one_owner', ['room'], { unique: true, where: `role = 'owner'` })
@Index('members_room_joined', ['room', 'joined_seq'])
export class MemberRow {
  @PrimaryColumn('uuid')
  room!: string;

  @PrimaryColumn('uuid')
  usr!: string;

  @Column('text')
  role!: Role;

  /** Place of the event by which the member came in. */
  @Column('bigint')
  joined_seq!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  joined_at!: Date;

  /** Cursors: they only rise. */
  @Column('bigint')
  delivered!: number;

  @Column('bigint')
  read!: number;

  /** Seqs at or below `delivered` whose delivery was confirmed too late, as long as they are not read. */
  @Column('int8multirange', { default: '{}' })
  missed!: string;

  @Column('text', { default: 'all' })
  notify!: Notify;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  muted_until!: Date | null;
}

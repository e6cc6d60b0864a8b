import type { History, Visibility } from '@natter/contracts/events';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A room, without what each message changes: that is its head. */
@Entity('rooms')
@Unique('rooms_name_key', ['name'])
export class RoomRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { nullable: true })
  name!: string | null;

  @Column('text')
  title!: string;

  /** The title as search compares it: see `fold`. */
  @Column('text')
  title_folded!: string;

  @Column('text')
  topic!: string;

  @Column('text')
  kind!: 'room' | 'dm';

  @Column('text')
  visibility!: Visibility;

  @Column('text')
  history!: History;

  @Column('boolean')
  members_can_invite!: boolean;

  /** The one member whose role is `owner`; null in direct conversations. */
  @Column('uuid', { nullable: true })
  owner!: string | null;

  /** Made by the database, for the constraint that says so. */
  @Column({ type: 'text', nullable: true, insert: false, update: false })
  owner_role!: 'owner' | null;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  /** How many members, kept by the transactions that change them. */
  @Column('integer', { default: 0 })
  members!: number;
}

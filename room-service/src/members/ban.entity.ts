import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A user who may not come into a room. */
@Entity('bans')
@Index('bans_room_seq', ['room', 'seq'])
export class BanRow {
  @PrimaryColumn('uuid')
  room!: string;

  @PrimaryColumn('uuid')
  usr!: string;

  /** Place of the event that says so. */
  @Column('bigint')
  seq!: number;

  @Column('uuid')
  by_usr!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  banned_at!: Date;
}

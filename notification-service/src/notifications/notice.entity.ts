import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something that happened to a user and is no message. */
@Entity('notices')
@Index('notices_pending', ['usr', 'ts', 'id'], { where: 'acked_at IS NULL' })
export class NoticeRow {
  @PrimaryColumn('uuid')
  usr!: string;

  /** Chosen by who adds it, so that adding it again does no harm. */
  @PrimaryColumn({ type: 'text', collation: 'C' })
  id!: string;

  @Column('text')
  kind!: 'added' | 'system';

  @Column('uuid', { nullable: true })
  @Index('notices_room', { where: 'room IS NOT NULL' })
  room!: string | null;

  @Column('text', { nullable: true })
  preview!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  @Index('notices_ts')
  ts!: Date;

  /** Kept a while after it was acknowledged, so that it does not come back when it is added late once more. */
  @Column('timestamptz', { nullable: true })
  @Index('notices_acked', { where: 'acked_at IS NOT NULL' })
  acked_at!: Date | null;

  /** When a push service took it for a device of the user. */
  @Column('timestamptz', { nullable: true })
  pushed_at!: Date | null;
}

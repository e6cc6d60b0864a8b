import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The head of a room's log. Its row lock gives the log its order. */
@Entity('heads')
export class HeadRow {
  @PrimaryColumn('uuid')
  room!: string;

  @Column('bigint')
  last_seq!: number;

  /** Time of the newest event; the next one's is never below it. */
  @Column({ type: 'timestamptz', precision: 3 })
  last_ts!: Date;
}

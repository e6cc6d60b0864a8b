import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A message as search compares it. */
@Entity('message_search')
@Index('message_search_ts', ['ts', 'room', 'seq'])
@Index('message_search_grams', { synchronize: false })
export class MessageSearchRow {
  @PrimaryColumn('uuid')
  room!: string;

  @PrimaryColumn('bigint')
  seq!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  ts!: Date;

  @Column('uuid')
  sender!: string;

  @Column('text')
  folded!: string;

  @Column('integer', { array: true })
  grams!: number[];
}

/** Up to which seq of a room's log search knows it. */
@Entity('search_positions')
export class SearchPositionRow {
  @PrimaryColumn('uuid')
  room!: string;

  @Column('bigint')
  seq!: number;
}

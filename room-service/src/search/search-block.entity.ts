import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Messages of one room that came within seconds of each other, as search compares them. */
@Entity('search_blocks')
@Index('search_blocks_ts', { synchronize: false })
@Index('search_blocks_grams', { synchronize: false })
export class SearchBlockRow {
  @PrimaryColumn('uuid')
  room!: string;

  /** Of the newest of its messages. */
  @PrimaryColumn('bigint')
  seq!: number;

  /** Of the newest of its messages. */
  @Column({ type: 'timestamptz', precision: 3 })
  ts!: Date;

  /** How many. */
  @Column('integer')
  messages!: number;

  @Column('bigint', { array: true })
  seqs!: number[];

  @Column({ type: 'timestamptz', precision: 3, array: true })
  times!: Date[];

  @Column('uuid', { array: true })
  senders!: string[];

  /** Folded; empty for a message without a text. */
  @Column('text', { array: true })
  texts!: string[];

  /** Of all its texts. */
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

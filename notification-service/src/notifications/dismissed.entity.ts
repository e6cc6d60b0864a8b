import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Late messages of a room that a user was told of and has put aside, without having read them. */
@Entity('dismissed')
export class DismissedRow {
  @PrimaryColumn('uuid')
  usr!: string;

  @PrimaryColumn('uuid')
  @Index('dismissed_room')
  room!: string;

  /** Seqs above what the user has read; never empty. */
  @Column('int8multirange')
  ranges!: string;
}

import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Up to which seq of a room a user has been told by push. */
@Entity('pushed')
export class PushedRow {
  @PrimaryColumn('uuid')
  usr!: string;

  @PrimaryColumn('uuid')
  @Index('pushed_room')
  room!: string;

  @Column('bigint')
  seq!: string;

  /** Pushes about this room since the user was last there. */
  @Column('integer')
  streak!: number;

  @Column('timestamptz')
  @Index('pushed_at')
  at!: Date;
}

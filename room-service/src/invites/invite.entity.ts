import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A code that lets whoever has it into a room. */
@Entity('invites')
@Unique('invites_code_key', ['code'])
@Index('invites_room_maker', ['room', 'by_usr'])
export class InviteRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  code!: string;

  @Column('uuid')
  room!: string;

  /** A member; the invite ends with their membership. */
  @Column('uuid')
  by_usr!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  expires_at!: Date;

  /** How many may come in by it; null: as many as like. */
  @Column('integer', { nullable: true })
  uses!: number | null;

  @Column('integer', { default: 0 })
  used!: number;
}

import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A user with devices, and when to look next whether there is something to tell them. Replicas take turns by it. */
@Entity('push_turns')
export class PushTurnRow {
  @PrimaryColumn('uuid')
  usr!: string;

  @Column('timestamptz')
  @Index('push_turns_at')
  at!: Date;
}

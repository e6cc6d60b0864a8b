import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One thing that is limited: a guess at a password, or a registration. Shared by replicas, kept over restarts. */
@Entity('attempts')
export class AttemptEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  /** Hash of what is counted: neither names nor addresses stand here. */
  @Column('text')
  key!: string;

  @Column('timestamptz')
  at!: Date;

  /** How long after `at` the next one is refused. */
  @Column('integer', { name: 'wait_ms' })
  waitMs!: number;
}

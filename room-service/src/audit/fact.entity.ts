import type { AuditFact } from '@natter/contracts/admin';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Outbox: something that belongs on the audit trail and is still to be handed to the auth-service. */
@Entity('audit_facts')
export class FactRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  action!: AuditFact['action'];

  /** Who did it. */
  @Column('uuid')
  by!: string;

  /** Whom it is about. */
  @Column('uuid', { nullable: true })
  usr!: string | null;

  @Column('uuid')
  room!: string;

  @Column('text', { nullable: true })
  room_name!: string | null;

  /** Of a message that it is about. */
  @Column('bigint', { nullable: true })
  seq!: number | null;

  @Column({ type: 'timestamptz', precision: 3 })
  ts!: Date;

  /** Not to be tried before this. */
  @Column({ type: 'timestamptz', precision: 3 })
  due!: Date;

  @Column('integer', { default: 0 })
  tries!: number;
}

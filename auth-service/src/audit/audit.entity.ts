import type { AuditAction, AuditDetails } from '@natter/contracts/admin';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One thing that happened. No token, no password, no login as typed, no text of a message. */
@Entity('audit')
export class AuditEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  action!: AuditAction;

  /** Who did it; null: nobody who was signed in. */
  @Column('uuid', { name: 'by_id', nullable: true })
  byId!: string | null;

  /** Whom it is about. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: string | null;

  @Column('text', { nullable: true })
  ip!: string | null;

  @Column('uuid', { name: 'room_id', nullable: true })
  roomId!: string | null;

  /** As it was called then: rooms are renamed and deleted. */
  @Column('text', { name: 'room_name', nullable: true })
  roomName!: string | null;

  @Column('jsonb', { nullable: true })
  details!: AuditDetails | null;

  /** Of a fact told by another service: what makes telling it twice harmless. */
  @Column('text', { nullable: true })
  source!: string | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Opens one socket, once: redeemed by being deleted. */
@Entity('tickets')
export class TicketEntity {
  @PrimaryColumn('text')
  hash!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('uuid', { name: 'session_id' })
  sessionId!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

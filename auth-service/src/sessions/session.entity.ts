import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One signed-in device; outlives its sockets and its tokens. */
@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_seen' })
  lastSeen!: Date;

  @Column('text')
  ip!: string;

  @Column('text', { name: 'user_agent' })
  userAgent!: string;

  /** Until when the newest of its access tokens is good: how long its end must be told to others. */
  @Column('timestamptz', { name: 'access_until' })
  accessUntil!: Date;

  /** However much it is used, not longer than this. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A refresh token: only its hash is kept. A replaced one stays until it expires, so that its use is noticed. */
@Entity('refresh_tokens')
export class RefreshTokenEntity {
  @PrimaryColumn('text')
  hash!: string;

  @Column('uuid', { name: 'session_id' })
  sessionId!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'replaced_at', nullable: true })
  replacedAt!: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A token by which a new password may be set, once. One a user: a new one takes the place of the old. */
@Entity('password_resets')
export class ResetEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  /** Of the token, which is kept nowhere. */
  @Column('text')
  hash!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** By which a new password may be set, once. One a user: a new one takes the place of the old. */
@Entity('password_resets')
export class ResetEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  /** The mail that it goes out with; null: an administrator hands it over. */
  @Column('uuid', { name: 'mail_id', nullable: true })
  mailId!: string | null;

  /** Of its tokens, which are kept nowhere, the newest last: a mail that may have been lost is sent again with another. */
  @Column('text', { name: 'token_hashes', array: true })
  tokenHashes!: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

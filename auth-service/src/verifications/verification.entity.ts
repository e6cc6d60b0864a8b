import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An address that somebody says is theirs, until a link that was sent there comes back: for a new account, or for one that is to have
 * another address. It reserves nothing: two may wait for one name.
 */
@Entity('verifications')
export class VerificationEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  /** Of the account that is to be made; null: one that there is gets another address. */
  @Column('text', { nullable: true })
  username!: string | null;

  /** Of the new account; or what the password was checked against, which must still stand. Null once the account is made. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  /** Whose address it becomes; null: nobody's yet. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** Of the tokens that were sent, the newest last: a mail that may have been lost is sent again with another. */
  @Column('text', { name: 'token_hashes', array: true })
  tokenHashes!: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Why a mail is written. `verification`: an address is to be shown to be somebody's. `email_changed`: an account has another address now,
 * told to the one it had. `password_reset`: somebody forgot the password of the account with this address, if there is one.
 */
export type MailKind = 'verification' | 'email_changed' | 'password_reset';

/** The outbox: a mail that no mail server has taken yet. What it says is decided when it is sent. */
@Entity('mails')
export class MailEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: MailKind;

  /** To whom, as it was asked for. */
  @Column('text')
  email!: string;

  @Column('uuid', { name: 'verification_id', nullable: true })
  verificationId!: string | null;

  /** Whose account it is about; null where that is not known yet. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('timestamptz')
  since!: Date;

  @Column('integer')
  attempts!: number;

  /** Also the lease of the replica that is sending it now. */
  @Column('timestamptz', { name: 'next_try_at' })
  nextTryAt!: Date;
}

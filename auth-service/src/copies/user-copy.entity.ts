import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The outbox: a user whose newest version the room-service has not confirmed. One row a user, whatever changed meanwhile. */
@Entity('user_copies')
export class UserCopyEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('integer')
  version!: number;

  /** When the oldest change that is not handed over was made. */
  @Column('timestamptz')
  since!: Date;

  @Column('integer')
  attempts!: number;

  /** Also the lease of the replica that is handing it over now. */
  @Column('timestamptz', { name: 'next_try_at' })
  nextTryAt!: Date;
}

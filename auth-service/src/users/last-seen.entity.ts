import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a user was last connected, as the session-service noted it. */
@Entity('last_seen')
export class LastSeenEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;
}

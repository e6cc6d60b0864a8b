import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A device that wants to be told. */
@Entity('push_subscriptions')
@Index('push_subscriptions_usr', ['usr', 'created_at'])
export class PushSubscriptionRow {
  /** What the push service calls the device; whoever names it last has it. */
  @PrimaryColumn('text')
  endpoint!: string;

  @Column('uuid')
  usr!: string;

  /** The sign-in session it was named in, and ends with. */
  @Column('uuid')
  session!: string;

  @Column('text')
  p256dh!: string;

  @Column('text')
  auth!: string;

  @Column('timestamptz')
  created_at!: Date;

  /** Pushes in a row that its push service did not take. */
  @Column('integer')
  failures!: number;

  /** Not before this; null: at any time. */
  @Column('timestamptz', { nullable: true })
  retry_at!: Date | null;
}

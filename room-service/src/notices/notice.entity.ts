import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Outbox: a notice that is still to be handed to the notification-service. */
@Entity('notices')
export class NoticeRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { default: 'added' })
  kind!: 'added' | 'system';

  @Column('uuid')
  usr!: string;

  @Column('uuid')
  room!: string;

  @Column('text')
  preview!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  ts!: Date;

  /** Not to be tried before this. */
  @Column({ type: 'timestamptz', precision: 3 })
  due!: Date;

  @Column('integer', { default: 0 })
  tries!: number;
}

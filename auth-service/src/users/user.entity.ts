import type { Permission } from '@natter/contracts/events';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An account. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  /** As typed; unique without regard to case, like `username`. */
  @Column('text')
  email!: string;

  @Column('text')
  username!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @Column('text', { nullable: true })
  avatar!: string | null;

  /** argon2id in the PHC format. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('boolean')
  admin!: boolean;

  @Column('boolean')
  disabled!: boolean;

  @Column('text', { array: true })
  permissions!: Permission[];

  /** Rises with each change that others keep a copy of. */
  @Column('integer')
  version!: number;

  /** The transaction in which `version` last rose; written by a trigger. */
  @Column({ type: 'bigint', name: 'changed_in', default: 0, insert: false, update: false, select: false })
  changedIn?: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A copy of what the auth-service knows of a user; it may be late, never wrong for long. */
@Entity('users')
export class UserRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Index('users_username_lower', { synchronize: false })
  @Column('text')
  username!: string;

  @Column('text')
  display_name!: string;

  @Column('text', { nullable: true })
  avatar!: string | null;

  /** Both names, a line each, as search compares them: see `fold`. */
  @Column('text')
  names_folded!: string;

  /** Null: the copy is of a time when they were not copied. */
  @Column('text', { array: true, nullable: true })
  permissions!: string[] | null;

  @Column('boolean', { default: false })
  disabled!: boolean;

  /** Rises with each change; 0: asked for, before the copy came. */
  @Column('bigint')
  version!: number;
}

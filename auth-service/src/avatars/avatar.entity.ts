import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The picture of an account, in a table of its own: accounts are read all the time, their pictures once by each browser. */
@Entity('avatars')
export class AvatarEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  /** Made of the bytes. */
  @Column('text')
  version!: string;

  /** WebP. */
  @Column('bytea')
  picture!: Buffer;
}

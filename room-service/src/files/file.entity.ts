import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A file somebody sent to a room. */
@Entity('files')
@Index('files_room_seq', ['room', 'seq'])
export class FileRow {
  @PrimaryColumn('uuid')
  id!: string;

  /** Where the gateways find its bytes. */
  @Column('uuid', { unique: true })
  blob!: string;

  @Column('uuid')
  room!: string;

  /** Place of the message that carries it; null while none does. */
  @Column('bigint', { nullable: true })
  seq!: number | null;

  @Column('uuid')
  uploader!: string;

  @Column('text')
  name!: string;

  /** Bytes. */
  @Column('integer')
  size!: number;

  /** As its content says. */
  @Column('text')
  type!: string;

  /** Of its bytes, in hex. */
  @Column('text')
  sha256!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  /** When it was first found too old for one that no message carries. */
  @Column({ type: 'timestamptz', nullable: true })
  old_at!: Date | null;
}

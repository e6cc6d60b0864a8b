import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Bytes that no record points at: being uploaded, or to be removed. */
@Entity('stray_blobs')
export class StrayBlobRow {
  @PrimaryColumn('uuid')
  blob!: string;

  /** Not to be removed before this. */
  @Column({ type: 'timestamptz', precision: 3 })
  due!: Date;

  /** How often a gateway was told to remove it; from the first time on it can become no file. */
  @Column('integer', { default: 0 })
  tries!: number;
}

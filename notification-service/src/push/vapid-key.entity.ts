import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The server's own keys, made at first start: devices take pushes from whoever holds them and from nobody else. */
@Entity('vapid_key')
export class VapidKeyRow {
  /** There is one. */
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  public_key!: string;

  @Column('text')
  private_key!: string;
}

import { Entity, PrimaryColumn } from 'typeorm';

/** A user who may not join a room. */
@Entity('bans')
export class BanRow {
  @PrimaryColumn('uuid')
  room!: string;

  @PrimaryColumn('uuid')
  usr!: string;
}

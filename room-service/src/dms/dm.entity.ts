import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** The conversation of two users, `low` being the one whose id sorts first. */
@Entity('dms')
@Unique('dms_room_key', ['room'])
export class DmRow {
  @PrimaryColumn('uuid')
  low!: string;

  @PrimaryColumn('uuid')
  high!: string;

  @Column('uuid')
  room!: string;
}

import { Entity, PrimaryColumn } from 'typeorm';

/** A deleted room some of whose log rows or files, which nobody can read any more, are still to be removed. */
@Entity('buried_rooms')
export class BuriedRoomRow {
  @PrimaryColumn('uuid')
  room!: string;
}

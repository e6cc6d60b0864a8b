// SQL about direct conversations.
import type { DataSource } from 'typeorm';
import type { RoomChange } from '../rooms/room-change.js';

const inOrder = (a: string, b: string): [low: string, high: string] => (a < b ? [a, b] : [b, a]);

export class DmRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The room of these two, if they have one. */
  async find(one: string, other: string): Promise<string | undefined> {
    const [row]: { room: string }[] = await this.dataSource.query(
      `SELECT room FROM dms WHERE low = $1 AND high = $2`,
      inOrder(one, other),
    );
    return row?.room;
  }

  /** Makes the room of `change` that of these two. @throws a unique violation of `dms_pkey` when they have one */
  async insert({ manager, room }: RoomChange, one: string, other: string): Promise<void> {
    await manager.query(`INSERT INTO dms (low, high, room) VALUES ($1, $2, $3)`, [...inOrder(one, other), room.id]);
  }
}

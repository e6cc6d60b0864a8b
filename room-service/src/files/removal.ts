// A record goes, and in the same statement its blob becomes one that a gateway has to remove.
import type { EntityManager } from 'typeorm';

/** SQL that removes the files that match; one row for each. */
export const removeFiles = (which: string): string =>
  `WITH gone AS (DELETE FROM files WHERE ${which} RETURNING blob)
   INSERT INTO stray_blobs (blob, due) SELECT blob, clock_timestamp() FROM gone RETURNING blob`;

/** Removes up to `limit` files of a room that is gone, or going. @returns how many */
export async function removeFilesOfRoom(manager: EntityManager, room: string, limit: number): Promise<number> {
  const statement = removeFiles('id IN (SELECT id FROM files WHERE room = $1 LIMIT $2)');
  const rows: unknown[] = await manager.query(statement, [room, limit]);
  return rows.length;
}

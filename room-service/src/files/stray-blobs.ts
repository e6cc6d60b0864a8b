// Blobs without a record. A row stands here from before the first byte is written until the record is committed, and from the
// transaction on that removes the record; gateways ask for those that are due, remove the bytes, and say so. Whoever dies in
// between, the row is still there and is claimed again.
import type { DataSource, EntityManager } from 'typeorm';

/** An upload may take 15 minutes, and its commit some seconds. */
const uploadSeconds = 20 * 60;
/** A blob that was claimed comes again after this; a thumbnail that was being made meanwhile is finished or killed by then. */
const claimSeconds = 30;

export class StrayBlobs {
  constructor(private readonly dataSource: DataSource) {}

  /** A blob is about to be written. */
  async begin(blob: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO stray_blobs (blob, due) VALUES ($1, clock_timestamp() + make_interval(secs => $2))`,
      [blob, uploadSeconds],
    );
  }

  /** A record points at it from now on. @returns false when its removal has begun, or is done */
  async adopt(manager: EntityManager, blob: string): Promise<boolean> {
    const [rows]: [unknown[], number] = await manager.query(
      `DELETE FROM stray_blobs WHERE blob = $1 AND tries = 0 RETURNING blob`,
      [blob],
    );
    return rows.length > 0;
  }

  /** Nothing will come of it. Its bytes are removed already, but for what may be under way. */
  async drop(blob: string): Promise<void> {
    await this.dataSource.query(`UPDATE stray_blobs SET due = clock_timestamp(), tries = tries + 1 WHERE blob = $1`, [
      blob,
    ]);
  }

  /** Those that are due, oldest first; nobody else gets them for 30 s. */
  async claim(limit: number): Promise<string[]> {
    const [rows]: [{ blob: string }[], number] = await this.dataSource.query(
      `UPDATE stray_blobs SET due = clock_timestamp() + make_interval(secs => $1), tries = tries + 1
       WHERE blob IN (
         SELECT blob FROM stray_blobs WHERE due <= clock_timestamp() ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED
       ) RETURNING blob`,
      [claimSeconds, limit],
    );
    return rows.map(({ blob }) => blob);
  }

  /** The bytes of these have been removed: the second time it is for good. */
  async forget(blobs: readonly string[]): Promise<void> {
    await this.dataSource.query(`DELETE FROM stray_blobs WHERE blob = ANY ($1) AND tries > 1`, [blobs]);
  }
}

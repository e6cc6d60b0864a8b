// Removes what is left of the logs and files of deleted rooms, a piece at a time, so that no lock is held long.
import type { Logger } from '@natter/service-kit/logger';
import type { DataSource } from 'typeorm';
import { AwayLog } from '../away-log.js';
import { removeFilesOfRoom } from '../files/removal.js';
import { forget } from './room.repository.js';

const piece = 20_000;
const everyMs = 5_000;

export class Gravedigger {
  private readonly timer: NodeJS.Timeout;
  private digging = false;
  private readonly away: AwayLog;

  constructor(
    private readonly dataSource: DataSource,
    logger: Logger,
  ) {
    this.away = new AwayLog(logger, 'the rest of deleted rooms cannot be removed yet');
    this.timer = setInterval(() => void this.dig(), everyMs);
  }

  /** Works until nothing is left; when the database is away, the next round goes on. */
  async dig(): Promise<void> {
    if (this.digging) return;
    this.digging = true;
    try {
      while (await this.removePiece());
      this.away.worked();
    } catch (error) {
      this.away.failed(error);
    } finally {
      this.digging = false;
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One room a time and replica; others take another. @returns false when there is none */
  private removePiece(): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [buried]: { room: string }[] = await manager.query(
        `SELECT room FROM buried_rooms LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      if (buried === undefined) return false;
      const gone: unknown[] = await manager.query(
        `WITH gone AS (
           DELETE FROM log WHERE room = $1 AND seq IN (SELECT seq FROM log WHERE room = $1 ORDER BY seq LIMIT $2) RETURNING 1
         ) SELECT 1 FROM gone`,
        [buried.room, piece],
      );
      if (gone.length > 0 || (await removeFilesOfRoom(manager, buried.room, piece)) > 0) return true;
      await forget(manager, buried.room);
      await manager.query(`DELETE FROM buried_rooms WHERE room = $1`, [buried.room]);
      return true;
    });
  }
}

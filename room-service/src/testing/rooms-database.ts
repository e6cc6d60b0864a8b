// A migrated database for one test file, and rooms to write into.
import { randomUUID } from 'node:crypto';
import { createLogger, type Logger } from '@natter/service-kit/logger';
import { openDatabase } from '@natter/service-kit/database';
import { createTestDatabase } from '@natter/service-kit/testing/postgres';
import type { DataSource } from 'typeorm';
import { createRoomsDataSource } from '../database/data-source.js';

export const silent: Logger = createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' });

export interface RoomsDatabase {
  url: string;
  dataSource: DataSource;
  /** Inserts a room with these members, the first of them its owner, and nothing in its log. */
  room: (members: readonly string[], more?: { visibility?: 'public' | 'private'; lastTs?: Date }) => Promise<string>;
  /** Writes an event to a room's log as the append does: a second after the last, or at `ts`. @returns its seq */
  event: (room: string, event: { type?: string; sender: string; payload: object; ts?: Date }) => Promise<number>;
  drop: () => Promise<void>;
}

export async function createRoomsDatabase(): Promise<RoomsDatabase> {
  const database = await createTestDatabase();
  const dataSource = await openDatabase(createRoomsDataSource(database.url, silent), silent);
  return {
    url: database.url,
    dataSource,
    room: async (members, { visibility = 'public', lastTs = new Date(0) } = {}) => {
      const id = randomUUID();
      await dataSource.query(
        `WITH room AS (
           INSERT INTO rooms (id, name, title, title_folded, topic, kind, visibility, history, members_can_invite, owner,
                              created_at, members)
           VALUES ($1, $2, '', '', '', 'room', $3, 'all', true, $4, now(), $6)),
         head AS (INSERT INTO heads (room, last_seq, last_ts) VALUES ($1, 0, $5))
         INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read)
         SELECT $1, u, CASE WHEN u = $4 THEN 'owner' ELSE 'member' END, 0, now(), 0, 0 FROM unnest($7::uuid[]) AS u`,
        [id, `room-${id.slice(0, 13)}`, visibility, members[0], lastTs, members.length, members],
      );
      return id;
    },
    event: async (room, { type = 'message', sender, payload, ts }) => {
      const [row]: { seq: number }[] = await dataSource.query(
        `WITH head AS (UPDATE heads SET last_seq = last_seq + 1, last_ts = coalesce($5, last_ts + interval '1 second')
                       WHERE room = $1 RETURNING last_seq, last_ts)
         INSERT INTO log (room, seq, type, ts, sender, payload)
         SELECT $1, last_seq, $2, last_ts, $3, $4 FROM head RETURNING seq`,
        [room, type, sender, JSON.stringify(payload), ts],
      );
      return row!.seq;
    },
    drop: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

// SQL about files.
import type { FileRecord } from '@natter/contracts/files';
import { isRoomId } from '@natter/contracts/ids';
import type { DataSource, EntityManager } from 'typeorm';
import type { FileRow } from './file.entity.js';
import { removeFiles } from './removal.js';

/** The room of an upload, and whether the uploader is in it. */
export interface UploadRoom {
  id: string;
  visibility: 'public' | 'private';
  is_member: boolean;
}

export type NewFile = Omit<FileRow, 'seq' | 'created_at' | 'old_at'>;

export class FileRepository {
  constructor(private readonly dataSource: DataSource) {}

  async room(ref: string, actor: string): Promise<UploadRoom | undefined> {
    const [row]: UploadRoom[] = await this.dataSource.query(
      `SELECT r.id, r.visibility, m.usr IS NOT NULL AS is_member
       FROM rooms r LEFT JOIN members m ON m.room = r.id AND m.usr = $2
       WHERE ${isRoomId(ref) ? 'r.id = $1' : 'r.name = $1'}`,
      [ref, actor],
    );
    return row;
  }

  /** True for a member, who stays one until the transaction ends; a room that is being deleted waits for it, or is gone. */
  async holdMember(manager: EntityManager, room: string, user: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(`SELECT 1 FROM members WHERE room = $1 AND usr = $2 FOR KEY SHARE`, [
      room,
      user,
    ]);
    return rows.length > 0;
  }

  /** Until the transaction ends, no other upload of this user is counted. */
  async holdUploader(manager: EntityManager, uploader: string): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [uploader]);
  }

  /** Bytes of all files of a user. */
  async usedBytes(uploader: string, manager: EntityManager = this.dataSource.manager): Promise<number> {
    const [row]: { used: number }[] = await manager.query(
      `SELECT coalesce(sum(size), 0)::bigint AS used FROM files WHERE uploader = $1`,
      [uploader],
    );
    return row?.used ?? 0;
  }

  async find(id: string, manager: EntityManager = this.dataSource.manager): Promise<FileRow | undefined> {
    const [row]: FileRow[] = await manager.query(`SELECT * FROM files WHERE id = $1`, [id]);
    return row;
  }

  async insert(manager: EntityManager, file: NewFile): Promise<void> {
    await manager.query(
      `INSERT INTO files (id, blob, room, uploader, name, size, type, sha256, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())`,
      [file.id, file.blob, file.room, file.uploader, file.name, file.size, file.type, file.sha256],
    );
  }

  /**
   * A file as `actor` may have it: its uploader until a message carries it, then the members who may see that message. The record
   * goes with the message, so that there is nothing to ask about deletion.
   */
  async visible(id: string, actor: string): Promise<FileRecord | undefined> {
    const [row]: FileRecord[] = await this.dataSource.query(
      `SELECT f.id, f.blob, f.name, f.size, f.type, f.sha256
       FROM files f JOIN rooms r ON r.id = f.room LEFT JOIN members m ON m.room = f.room AND m.usr = $2
       WHERE f.id = $1 AND CASE
         WHEN f.seq IS NULL THEN f.uploader = $2
         ELSE m.usr IS NOT NULL AND (r.history = 'all' OR f.seq >= m.joined_seq) END`,
      [id, actor],
    );
    return row;
  }

  /**
   * Removes up to `limit` files that no message carries, that are older than `ageMs`, and were so `doubtMs` ago too: a clock that was
   * wrong for a while takes nobody's file away. @returns how many
   */
  async removeLoose(ageMs: number, doubtMs: number, limit: number): Promise<number> {
    const age = `seq IS NULL AND created_at < clock_timestamp() - make_interval(secs => $1)`;
    await this.dataSource.query(`UPDATE files SET old_at = clock_timestamp() WHERE ${age} AND old_at IS NULL`, [
      ageMs / 1_000,
    ]);
    const statement = removeFiles(
      `id IN (
         SELECT id FROM files WHERE ${age} AND old_at <= clock_timestamp() - make_interval(secs => $3)
         ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
       )`,
    );
    const rows: unknown[] = await this.dataSource.query(statement, [ageMs / 1_000, limit, doubtMs / 1_000]);
    return rows.length;
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Records of files, and the blobs that no record points at. `seq` is the message that carries the file; null: none yet.
 * `files_uploader` holds the size, so that a user's total is read from the index alone. Neither table references `rooms`: rows go
 * with their room in its own transaction, and a record is only made under the lock of its uploader's membership.
 */
export class Files1763700020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE files (
        id uuid PRIMARY KEY,
        blob uuid NOT NULL UNIQUE,
        room uuid NOT NULL,
        seq bigint,
        uploader uuid NOT NULL,
        name text NOT NULL,
        size integer NOT NULL,
        type text NOT NULL,
        sha256 text NOT NULL,
        created_at timestamptz(3) NOT NULL
      )`);
    await runner.query(`CREATE INDEX files_room_seq ON files (room, seq)`);
    await runner.query(`CREATE INDEX files_uploader ON files (uploader) INCLUDE (size)`);
    await runner.query(`CREATE INDEX files_loose ON files (created_at) WHERE seq IS NULL`);
    await runner.query(`
      CREATE TABLE stray_blobs (
        blob uuid PRIMARY KEY,
        due timestamptz(3) NOT NULL,
        tries integer NOT NULL DEFAULT 0
      )`);
    await runner.query(`CREATE INDEX stray_blobs_due ON stray_blobs (due)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE stray_blobs`);
    await runner.query(`DROP TABLE files`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Notices1763710000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE notices (
        usr uuid NOT NULL,
        id text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        room uuid,
        preview text,
        ts timestamptz(3) NOT NULL,
        acked_at timestamptz,
        PRIMARY KEY (usr, id)
      );
      CREATE INDEX notices_pending ON notices (usr, ts, id) WHERE acked_at IS NULL;
      CREATE INDEX notices_acked ON notices (acked_at) WHERE acked_at IS NOT NULL;
      CREATE INDEX notices_ts ON notices (ts);
      CREATE INDEX notices_room ON notices (room) WHERE room IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE notices`);
  }
}

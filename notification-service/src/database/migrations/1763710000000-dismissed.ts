import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Dismissed1763710000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dismissed (
        usr uuid NOT NULL,
        room uuid NOT NULL,
        ranges int8multirange NOT NULL,
        PRIMARY KEY (usr, room)
      );
      CREATE INDEX dismissed_room ON dismissed (room);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE dismissed`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Users1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        username text NOT NULL,
        display_name text NOT NULL,
        avatar text,
        disabled boolean NOT NULL DEFAULT false,
        version bigint NOT NULL
      )`);
    await runner.query(`CREATE INDEX users_username_lower ON users (lower(username))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE users`);
  }
}

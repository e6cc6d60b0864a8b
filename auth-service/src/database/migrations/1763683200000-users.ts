import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Users1763683200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        username text NOT NULL,
        display_name text NOT NULL,
        avatar text,
        password_hash text NOT NULL,
        admin boolean NOT NULL,
        disabled boolean NOT NULL,
        permissions text[] NOT NULL
          CHECK (permissions <@ ARRAY['create_room', 'invite_members', 'remove_members', 'send_files']),
        version integer NOT NULL,
        created_at timestamptz NOT NULL
      );
      -- Both are ASCII; the collation keeps lower() free of the rules of any language.
      CREATE UNIQUE INDEX users_email_key ON users (lower(email COLLATE "C"));
      CREATE UNIQUE INDEX users_username_key ON users (lower(username COLLATE "C"));
      CREATE INDEX users_admin ON users (id) WHERE admin;
      CREATE INDEX users_disabled ON users (id) WHERE disabled;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE users`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Push1763710000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE vapid_key (
        id integer PRIMARY KEY,
        public_key text NOT NULL,
        private_key text NOT NULL
      );
      CREATE TABLE push_subscriptions (
        endpoint text PRIMARY KEY,
        usr uuid NOT NULL,
        session uuid NOT NULL,
        p256dh text NOT NULL,
        auth text NOT NULL,
        created_at timestamptz NOT NULL,
        failures integer NOT NULL,
        retry_at timestamptz
      );
      CREATE INDEX push_subscriptions_usr ON push_subscriptions (usr, created_at);
      CREATE TABLE push_turns (
        usr uuid PRIMARY KEY,
        at timestamptz NOT NULL
      );
      CREATE INDEX push_turns_at ON push_turns (at);
      CREATE TABLE pushed (
        usr uuid NOT NULL,
        room uuid NOT NULL,
        seq bigint NOT NULL,
        streak integer NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (usr, room)
      );
      CREATE INDEX pushed_room ON pushed (room);
      CREATE INDEX pushed_at ON pushed (at);
      ALTER TABLE notices ADD COLUMN pushed_at timestamptz;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE notices DROP COLUMN pushed_at;
      DROP TABLE pushed;
      DROP TABLE push_turns;
      DROP TABLE push_subscriptions;
      DROP TABLE vapid_key;
    `);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A mail that may have been lost is sent again with another token: all of one mail are good. */
export class MailedResets1764000400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE password_resets ADD mail_id uuid, ADD token_hashes text[];
      UPDATE password_resets SET token_hashes = ARRAY[hash];
      ALTER TABLE password_resets ALTER token_hashes SET NOT NULL, DROP hash;
      CREATE INDEX password_resets_tokens ON password_resets USING gin (token_hashes);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE password_resets ADD hash text UNIQUE;
      UPDATE password_resets SET hash = token_hashes[cardinality(token_hashes)];
      ALTER TABLE password_resets ALTER hash SET NOT NULL, DROP mail_id, DROP token_hashes;
    `);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Search1763700040000 } from './1763700040000-search.js';

/**
 * Search keeps messages by the block (`search/blocks.ts`). It is made anew from the logs once the service runs: nothing is copied here.
 * Nothing is compressed: grams are random numbers, and the texts of a block are read with every look at it.
 */
export class SearchBlocks1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await new Search1763700040000().down(runner);
    await runner.query(`
      CREATE TABLE search_blocks (
        room uuid NOT NULL,
        seq bigint NOT NULL,
        ts timestamptz(3) NOT NULL,
        messages integer NOT NULL,
        seqs bigint[] NOT NULL,
        times timestamptz(3)[] NOT NULL,
        senders uuid[] NOT NULL,
        texts text[] NOT NULL,
        grams integer[] NOT NULL,
        PRIMARY KEY (room, seq)
      )`);
    await runner.query(`ALTER TABLE search_blocks ALTER texts SET STORAGE EXTERNAL, ALTER grams SET STORAGE EXTERNAL`);
    await runner.query(`CREATE INDEX search_blocks_grams ON search_blocks USING gin (grams)`);
    await runner.query(`CREATE INDEX search_blocks_ts ON search_blocks (ts, room, seq) INCLUDE (messages)`);
    await runner.query(`CREATE TABLE search_positions (room uuid PRIMARY KEY, seq bigint NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE search_positions`);
    await runner.query(`DROP TABLE search_blocks`);
    await new Search1763700040000().up(runner);
  }
}

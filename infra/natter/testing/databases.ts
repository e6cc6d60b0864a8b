// Three databases on the PostgreSQL of the integration tests, named as a Natter in containers names them.
import { DATABASES, type DatabaseName, type DatabaseUrls } from '@natter/infra/databases';
import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import { Client } from 'pg';
import { DATABASE_SETTINGS, readSettings, type Settings } from '../settings.js';

export const root = new URL('../../..', import.meta.url).pathname;

export class TestDatabases {
  private constructor(private readonly databases: Readonly<Record<DatabaseName, TestDatabase>>) {}

  static async create(): Promise<TestDatabases> {
    const made: [DatabaseName, TestDatabase][] = [];
    for (const name of DATABASES) made.push([name, await createTestDatabase()]);
    return new TestDatabases(Object.fromEntries(made) as Record<DatabaseName, TestDatabase>);
  }

  get urls(): DatabaseUrls {
    return Object.fromEntries(DATABASES.map((name) => [name, this.databases[name].url])) as DatabaseUrls;
  }

  async drop(): Promise<void> {
    for (const name of DATABASES) await this.databases[name].drop();
  }

  async ask<Row>(name: DatabaseName, statement: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.databases[name].url });
    await client.connect();
    try {
      return (await client.query(statement)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async askAll<Row>(statement: string): Promise<Row[]> {
    return (await Promise.all(DATABASES.map((name) => this.ask<Row>(name, statement)))).flat();
  }

  /** What an operator sets, besides what is given. */
  environment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return { ...Object.fromEntries(DATABASES.map((name) => [DATABASE_SETTINGS[name], this.urls[name]])), ...more };
  }

  settings(more: NodeJS.ProcessEnv): Settings {
    return readSettings(this.environment(more), root);
  }
}

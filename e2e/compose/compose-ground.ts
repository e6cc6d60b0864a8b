// The installation as the load and its checks see it: one door, the databases, people; and whose process ended.
import { Client, type QueryResultRow } from 'pg';
import { Api } from '../harness/api.js';
import type { Person } from '../harness/person.js';
import type { DatabaseName, Site } from '../harness/site.js';
import { Accounts } from '../faults/accounts.js';
import type { Death, Ground } from '../faults/ground.js';
import { Exits } from './exits.js';
import type { Installation } from './installation.js';

const PASSWORDS: Readonly<Record<DatabaseName, string>> = {
  natter_auth: 'AUTH_DB_PASSWORD',
  natter_rooms: 'ROOMS_DB_PASSWORD',
  natter_notifications: 'NOTIFICATIONS_DB_PASSWORD',
};

export class ComposeGround implements Ground {
  readonly system: Site;
  readonly #accounts = new Accounts();
  /** Of its containers. */
  readonly exits: Exits;

  constructor(private readonly installation: Installation) {
    this.exits = Exits.watch(installation.project);
    const { url } = installation;
    const frontUrl = `${url.replace('http', 'ws')}/ws`;
    this.system = {
      api: new Api(url),
      frontUrl,
      socketUrl: () => frontUrl,
      query: (database, sql, values) => this.#query(database, sql, values),
    };
  }

  get ways(): string[] {
    return [this.system.frontUrl];
  }

  people(count: number): Promise<Person[]> {
    return this.#accounts.first(count, this.system);
  }

  /** None: steps look at `exits`, after each thing they do. */
  deaths(): Death[] {
    return [];
  }

  /** The database is reachable from this machine alone: by the address of its container, which a restart may change. */
  async #query<Row extends QueryResultRow>(name: DatabaseName, sql: string, values: unknown[] = []): Promise<Row[]> {
    const [postgres] = await this.installation.containers('postgres');
    const password = this.installation.setting(PASSWORDS[name]);
    const client = new Client(`postgres://${name}:${password}@${postgres?.addresses['inner']}:5432/${name}`);
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }
}

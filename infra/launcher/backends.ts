// The database and the bus below the services: our own, or those the operator names.
import type { DataFolder } from './data-folder.js';
import { DATABASES, type DatabaseUrls, ensureDatabases } from './databases.js';
import { embeddedPostgres } from './embedded-postgres.js';
import { findNatsServer, keptSeeds, type NatsSeeds, natsServer } from './nats-server.js';
import { keptSecrets } from './secrets.js';
import type { PartSpec } from './supervisor.js';

export interface Backends {
  /** Those of our own that have to run. */
  readonly parts: readonly PartSpec[];
  readonly natsUrl: string;
  /** The services' keys to a nats-server of our own; the operator's lets in whom it likes. */
  readonly natsSeeds: NatsSeeds | undefined;
  /** Makes the databases; to be called when the parts are ready. */
  databases(): Promise<DatabaseUrls>;
}

/** @throws LaunchError when one of our own cannot be had on this system */
export async function prepareBackends(
  folder: DataFolder,
  ports: { readonly postgres: number; readonly nats: number },
  external: { readonly databaseUrl?: string; readonly natsUrl?: string },
  say: (sentence: string) => void,
): Promise<Backends> {
  const parts: PartSpec[] = [];
  let natsUrl = external.natsUrl;
  let natsSeeds: NatsSeeds | undefined;
  if (natsUrl === undefined) {
    natsSeeds = keptSeeds(folder.at('secrets.json'));
    const nats = natsServer(findNatsServer(process.env, say), folder.at('nats'), ports.nats, natsSeeds);
    parts.push(nats.part);
    natsUrl = nats.url;
  }
  const database = await prepareDatabases(folder, ports.postgres, external.databaseUrl, say);
  return { parts: [...parts, ...database.parts], natsUrl, natsSeeds, databases: database.databases };
}

/** The database alone. @throws LaunchError when our own cannot be had on this system */
export async function prepareDatabases(
  folder: DataFolder,
  port: number,
  databaseUrl: string | undefined,
  say: (sentence: string) => void,
): Promise<Pick<Backends, 'parts' | 'databases'>> {
  if (databaseUrl !== undefined) return { parts: [], databases: () => ensureDatabases(databaseUrl) };
  const secrets = keptSecrets(folder.at('secrets.json'), ['postgres', ...DATABASES]);
  const postgres = await embeddedPostgres(folder.at('postgres'), port, secrets.postgres, say);
  return { parts: [postgres.part], databases: () => ensureDatabases(postgres.url, secrets) };
}

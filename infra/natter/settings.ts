// Which Natter is meant: the same variables that `npm start` reads, and for one in containers a URL for each database.
import { resolve } from 'node:path';
import { DATABASES, type DatabaseName, type DatabaseUrls } from '@natter/infra/databases';
import { LaunchError } from '@natter/infra/launch-error';
import { type Options, postgresUrl, readOptions } from '@natter/infra/options';

export const DATABASE_SETTINGS: Readonly<Record<DatabaseName, string>> = {
  natter_auth: 'AUTH_DATABASE_URL',
  natter_rooms: 'ROOMS_DATABASE_URL',
  natter_notifications: 'NOTIFICATIONS_DATABASE_URL',
};

export interface Settings extends Options {
  /** Set when each database is named by itself. */
  readonly databaseUrls?: DatabaseUrls;
  /** Where the files people send are; undefined where they are in a bucket. */
  readonly filesDir?: string;
}

/** @throws LaunchError naming the first thing it does not understand */
export function readSettings(env: NodeJS.ProcessEnv, root: string): Settings {
  const options = readOptions([], env, root);
  const bucket = options.settings['NATTER_S3_BUCKET'];
  const chosen = options.settings['NATTER_FILES_DIR'];
  const named = DATABASES.filter((name) => env[DATABASE_SETTINGS[name]]);
  if (named.length > 0 && named.length < DATABASES.length) {
    throw new LaunchError(`${Object.values(DATABASE_SETTINGS).join(', ')} belong together: set all or none.`);
  }
  if (named.length > 0 && bucket === undefined && chosen === undefined) {
    throw new LaunchError('Set NATTER_FILES_DIR to the folder of the files people sent, or NATTER_S3_BUCKET.');
  }
  const urls = named.map((name) => [name, postgresUrl(DATABASE_SETTINGS[name], env[DATABASE_SETTINGS[name]] ?? '')]);
  return {
    ...options,
    ...(named.length > 0 ? { databaseUrls: Object.fromEntries(urls) as DatabaseUrls } : {}),
    ...(bucket === undefined ? { filesDir: resolve(root, chosen ?? resolve(options.dataDir, 'files')) } : {}),
  };
}

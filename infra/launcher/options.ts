// What the operator says to `npm start`: few flags, and settings in the environment.
import { resolve } from 'node:path';
import { LaunchError } from './launch-error.js';
import { SETTINGS } from './services.js';

const DEFAULT_PORT = 8080;
const OWN_SETTINGS = new Set(['NATTER_DATA']);

export const HELP = `Natter: self-hosted real-time chat.

  npm start                     start everything; Ctrl-C stops it
  npm start -- --demo           the same, and fill an empty system with a few people and rooms
  npm start -- --verbose        show every log line, not only warnings
  npm start -- --help           this page

Settings, from the environment (PORT=9000 npm start):

  PORT                          where the site answers            (${DEFAULT_PORT})
  HOST                          the address it listens on         (127.0.0.1; 0.0.0.0 for the whole network)
  NATTER_DATA                   folder for all data               (.natter)
  DATABASE_URL                  your PostgreSQL instead of the embedded one
  NATS_URL                      your nats-server (with JetStream) instead of one of its own
  NATS_SERVER                   path of the nats-server program
  NATTER_ADMIN_USERNAME, NATTER_ADMIN_PASSWORD
                                the administrator made at the first start
  NATTER_ORIGINS                addresses browsers may come from, such as https://chat.example.org
  NATTER_MAIL_URL, NATTER_MAIL_FROM
                                mail server and sender: whoever registers confirms their address
  others: infra/README.md
`;

export interface Options {
  readonly help: boolean;
  readonly verbose: boolean;
  readonly demo: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly natsUrl?: string;
  /** The settings services take. */
  readonly settings: Readonly<Record<string, string>>;
  /** Variables that look like settings and are none: most likely a slip. */
  readonly unknownSettings: readonly string[];
}

/**
 * Reads flags and environment. Empty variables count as unset.
 *
 * @param root where the default data folder lies
 * @throws LaunchError naming the first thing it does not understand
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv, root: string): Options {
  const flags = new Set(['--help', '-h', '--verbose', '--demo']);
  const unknown = args.find((arg) => !flags.has(arg));
  if (unknown !== undefined) {
    throw new LaunchError(`Unknown option ${unknown}: \`npm start -- --help\` shows those there are.`);
  }
  const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const natter = set.filter(([name]) => name.startsWith('NATTER_') && !OWN_SETTINGS.has(name));
  const settings = Object.fromEntries(natter.filter(([name]) => SETTINGS.has(name)));
  if (Boolean(settings['NATTER_ADMIN_USERNAME']) !== Boolean(settings['NATTER_ADMIN_PASSWORD'])) {
    throw new LaunchError('NATTER_ADMIN_USERNAME and NATTER_ADMIN_PASSWORD belong together: set both or neither.');
  }
  if (Boolean(settings['NATTER_MAIL_URL']) !== Boolean(settings['NATTER_MAIL_FROM'])) {
    throw new LaunchError('NATTER_MAIL_URL and NATTER_MAIL_FROM belong together: set both or neither.');
  }
  if (args.includes('--demo') && settings['NATTER_MAIL_URL']) {
    throw new LaunchError('The people of the demo read no mail: start it without NATTER_MAIL_URL.');
  }
  const { DATABASE_URL, NATS_URL } = env;
  return {
    help: args.includes('--help') || args.includes('-h'),
    verbose: args.includes('--verbose'),
    demo: args.includes('--demo'),
    port: readPort(env['PORT']),
    host: env['HOST'] || '127.0.0.1',
    dataDir: resolve(root, env['NATTER_DATA'] || '.natter'),
    ...(DATABASE_URL ? { databaseUrl: postgresUrl('DATABASE_URL', DATABASE_URL) } : {}),
    ...(NATS_URL ? { natsUrl: NATS_URL } : {}),
    settings,
    unknownSettings: natter.map(([name]) => name).filter((name) => !SETTINGS.has(name)),
  };
}

function readPort(text: string | undefined): number {
  if (!text) return DEFAULT_PORT;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new LaunchError(`PORT=${text} is not a port: it has to be a number from 1 to 65535.`);
}

/** @param name of the setting @throws LaunchError when it is none */
export function postgresUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
  throw new LaunchError(`${name} is not the URL of a PostgreSQL, such as postgres://user:password@host:5432/postgres.`);
}

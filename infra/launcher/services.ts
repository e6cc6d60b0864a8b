// The parts that are ours: what each is called, and which settings it gets. A child's environment holds
// what its service asks for and nothing else, so that a password reaches only the one that needs it.
import { join } from 'node:path';
import { mainOf } from './bundles.js';
import type { DatabaseName, DatabaseUrls } from './databases.js';
import { LaunchError } from './launch-error.js';
import type { NatsSeeds } from './nats-server.js';
import type { PartSpec } from './supervisor.js';

export const SERVICES = [
  'auth-service',
  'room-service',
  'session-service',
  'notification-service',
  'ws-gateway',
  'gateway',
] as const;
export type ServiceName = (typeof SERVICES)[number];

interface Service {
  /** Instances are called `<short>-1`, `<short>-2`, … */
  readonly short: string;
  readonly database?: DatabaseName;
  readonly nodeFlags?: readonly string[];
  /** Settings of the operator that are passed on to it when they are set. */
  readonly settings: readonly string[];
}

const HTTP_SETTINGS = ['NATTER_ORIGINS', 'NATTER_INSECURE_HTTP', 'NATTER_TRUSTED_PROXIES', 'NATTER_RATE_FACTOR'];

const FILE_SETTINGS = [
  'NATTER_FILES_DIR',
  'NATTER_S3_BUCKET',
  'NATTER_S3_REGION',
  'NATTER_S3_ENDPOINT',
  'NATTER_S3_PATH_STYLE',
  'NATTER_S3_ACCESS_KEY',
  'NATTER_S3_SECRET_KEY',
];

const TABLE: Readonly<Record<ServiceName, Service>> = {
  'auth-service': {
    short: 'auth',
    database: 'natter_auth',
    settings: [
      'NATTER_ADMIN_USERNAME',
      'NATTER_ADMIN_PASSWORD',
      'NATTER_FIRST_USER_ADMIN',
      'NATTER_DEFAULT_GRANTS',
      'NATTER_AUDIT_DAYS',
      'NATTER_RATE_FACTOR',
      'NATTER_ACCESS_TTL',
      'NATTER_REFRESH_TTL',
      'NATTER_MAIL_URL',
      'NATTER_MAIL_FROM',
      'NATTER_ORIGINS',
    ],
  },
  'room-service': {
    short: 'room',
    database: 'natter_rooms',
    settings: ['NATTER_RATE_FACTOR', 'NATTER_FILE_QUOTA_BYTES'],
  },
  'session-service': { short: 'session', settings: [] },
  'notification-service': {
    short: 'notification',
    database: 'natter_notifications',
    settings: ['NATTER_PUSH_HOSTS', 'NATTER_PUSH_CONTACT', 'NATTER_INSECURE_HTTP'],
  },
  'ws-gateway': {
    short: 'ws',
    // Sockets make much short-lived garbage; a small nursery keeps their memory and its pauses small.
    nodeFlags: ['--max-semi-space-size=4'],
    settings: [...HTTP_SETTINGS, 'NATTER_DRAIN_MS'],
  },
  gateway: { short: 'gateway', settings: [...HTTP_SETTINGS, ...FILE_SETTINGS] },
};

const FROM_SYSTEM = ['PATH', 'HOME', 'TZ', 'LANG', 'TMPDIR', 'NODE_ENV', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'];
const READY_TIMEOUT_MS = 1_000;

/** Every setting some service takes from the operator. */
export const SETTINGS: ReadonlySet<string> = new Set(Object.values(TABLE).flatMap(({ settings }) => settings));

/** One service process to be. */
export interface Instance {
  readonly name: string;
  readonly service: ServiceName;
}

/** What all instances have in common. */
export interface Surroundings {
  /** The folder that holds the services' folders. */
  readonly root: string;
  readonly natsUrl: string;
  /** None for a nats-server of the operator's own. */
  readonly natsSeeds: NatsSeeds | undefined;
  readonly databaseUrls: DatabaseUrls;
  readonly logLevel: string;
  /** Settings a service lists go to those that list them; any other variable goes to all. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The instances to run, in the order of `SERVICES`. */
export function instancesOf(replicas: Readonly<Record<ServiceName, number>>): Instance[] {
  return SERVICES.flatMap((service) =>
    Array.from({ length: replicas[service] }, (_, i) => ({ name: `${TABLE[service].short}-${i + 1}`, service })),
  );
}

/**
 * How to run an instance.
 *
 * @param healthPort answers `/healthz`, `/readyz` and `/metrics` on 127.0.0.1
 * @param own what this instance alone gets, such as its `PORT`
 * @throws LaunchError when the service is not built
 */
export function servicePart(
  { name, service }: Instance,
  around: Surroundings,
  healthPort: number,
  own: Readonly<Record<string, string>>,
): PartSpec {
  const main = mainOf(around.root, service);
  if (main === undefined) {
    throw new LaunchError(`${service} is not built (${service}/dist/main.js is missing): run \`npm run build\`.`);
  }
  const { database, nodeFlags = [], settings } = TABLE[service];
  const passed = Object.entries(around.settings).filter(([key]) => settings.includes(key) || !SETTINGS.has(key));
  return {
    name,
    command: process.execPath,
    args: [...nodeFlags, main],
    cwd: join(around.root, service),
    env: {
      ...fromSystem(),
      NATS_URL: around.natsUrl,
      ...(around.natsSeeds ? { NATS_NKEY_SEED: around.natsSeeds[service] } : {}),
      ...(database ? { DATABASE_URL: around.databaseUrls[database] } : {}),
      INSTANCE_ID: name,
      HEALTH_PORT: String(healthPort),
      LOG_LEVEL: around.logLevel,
      ...Object.fromEntries(passed),
      ...own,
    },
    stopSignal: 'SIGTERM',
    isReady: () => isReady(healthPort),
  };
}

/** Whether the instance behind this health port says that it is ready; false after a second without an answer. */
export async function isReady(healthPort: number): Promise<boolean> {
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  const response = await fetch(`http://127.0.0.1:${healthPort}/readyz`, { signal }).catch(() => null);
  await response?.body?.cancel();
  return response?.status === 200;
}

function fromSystem(): Record<string, string> {
  const found = FROM_SYSTEM.map((name) => [name, process.env[name]]).filter(([, value]) => value !== undefined);
  return { NODE_ENV: 'production', ...Object.fromEntries(found) };
}

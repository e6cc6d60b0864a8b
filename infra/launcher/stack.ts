// The whole system as processes: what `npm start`, the end-to-end tests and the benchmarks run on.
// This file knows the parts, their order and their addresses.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareBackends } from './backends.js';
import { takeDataFolder } from './data-folder.js';
import type { DatabaseUrls } from './databases.js';
import { LaunchError } from './launch-error.js';
import { RunFile, stopLeftovers } from './leftovers.js';
import type { LogLine } from './log-line.js';
import { defaultOrigins } from './origins.js';
import { portHolder } from './port-holder.js';
import { freePort, listenFault, rememberedPorts } from './ports.js';
import { RunningStack } from './running-stack.js';
import { type Instance, instancesOf, type ServiceName, servicePart } from './services.js';
import { StackLog } from './stack-log.js';
import type { PartSpec, PartState } from './supervisor.js';

export type { LogLine, PartSpec, PartState, ServiceName };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCAL = '127.0.0.1';

export interface StackOptions {
  /** Where all data lives; one running stack at a time. */
  readonly dataDir: string;
  /** The port of the site; a free one when not given. */
  readonly port?: number;
  /** The address it listens on; 127.0.0.1 when not given. */
  readonly host?: string;
  /** How many ws-gateways; 2 when not given. */
  readonly wsGateways?: number;
  /** How many of each other service; 1 when not given, 0 leaves it out. */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  /** Settings (`NATTER_…`) reach the services that know them; any other variable reaches every service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether services log debug lines too. */
  readonly verbose?: boolean;
  /** Gets every line of every part, and the launcher's own under the name `launcher`. */
  readonly logSink?: (line: LogLine) => void;
  /** Whether a part that dies is started again; true when not given. */
  readonly restart?: boolean;
  /** A PostgreSQL to use instead of the embedded one: any database, as somebody who may create more. */
  readonly databaseUrl?: string;
  /** A nats-server with JetStream to use instead of one of our own. */
  readonly natsUrl?: string;
  /** The folder that holds the services' folders; the repository when not given. */
  readonly root?: string;
  /**
   * Gets every part once, before it is started, and answers how to run it: another address for one of its
   * neighbours, a program around its own. For harnesses that stand between the parts.
   */
  readonly arrange?: (part: PartSpec) => PartSpec | Promise<PartSpec>;
}

export interface Part {
  readonly name: string;
  /** Null when it does not run. */
  readonly pid: number | null;
  readonly state: PartState;
}

export interface Stack {
  /** Where the site answers, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The sockets of the single ws-gateways, such as `ws://127.0.0.1:20001/ws`, in the order of their names. */
  readonly wsUrls: readonly string[];
  readonly databaseUrls: DatabaseUrls;
  readonly natsUrl: string;
  /** `postgres`, `nats`, `auth-1`, `room-1`, `session-1`, `notification-1`, `ws-1`, `ws-2`, `gateway-1`. */
  readonly parts: readonly Part[];
  /** Sends a signal to a part. After SIGKILL it waits until the part is gone. With `restart` it comes back. */
  kill(part: string, signal: NodeJS.Signals): Promise<void>;
  /** Ends a part in order; it stays down until `start`. */
  halt(part: string, timeoutMs?: number): Promise<void>;
  /** Starts a part that is down, at once even when it was waiting to be restarted. */
  start(part: string): void;
  /** Waits until a part runs and answers that it is ready, asking it afresh. */
  whenReady(part: string, timeoutMs?: number): Promise<void>;
  /** The same for all parts; the error names those that are not, with what they said last. */
  waitReady(timeoutMs?: number): Promise<void>;
  /** Gateways first, then services, the bus and the database; within 10 s nothing is left. */
  stop(): Promise<void>;
}

/**
 * Starts everything. The database and the bus answer when it returns; the services are starting: `waitReady`.
 *
 * @throws LaunchError with one sentence about what is in the way; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = takeDataFolder(resolve(options.dataDir));
  const log = new StackLog(folder.at('logs'), options.logSink);
  const say = (sentence: string): void => log.say('info', sentence);
  const runFile = new RunFile(folder.at('run.json'));
  const stack = new RunningStack(folder, log, runFile, options.restart ?? true);
  try {
    await stopLeftovers(runFile.readLast(), say);
    const host = options.host ?? LOCAL;
    const port = options.port ?? (await freePort(new Set()));
    await checkPort(port, host);
    const instances = instancesOf({ ...oneOfEach(options.wsGateways ?? 2), ...options.replicas });
    const ports = await rememberedPorts(folder.at('ports.json'), ['postgres', 'nats', ...instances.flatMap(portNames)]);
    const portOf = (name: string): number => ports[name] ?? 0;

    const backends = await prepareBackends(
      folder,
      { postgres: portOf('postgres'), nats: portOf('nats') },
      options,
      say,
    );
    const arranged = (parts: readonly PartSpec[]): Promise<PartSpec[]> =>
      Promise.all(parts.map((part) => options.arrange?.(part) ?? part));
    const databaseUrls = await stack.startBackends({ ...backends, parts: await arranged(backends.parts) });

    const around = {
      root: options.root ?? ROOT,
      natsUrl: backends.natsUrl,
      natsSeeds: backends.natsSeeds,
      databaseUrls,
      logLevel: options.verbose ? 'debug' : 'info',
      settings: { ...defaultSettings(host, port, options.env), ...options.env },
    };
    const upstreams = instances.filter(isSocketDoor).map(({ name }) => `${LOCAL}:${portOf(name)}`);
    const proxies = [LOCAL, options.env?.['NATTER_TRUSTED_PROXIES']].filter(Boolean).join(',');
    const filesDir = resolve(options.env?.['NATTER_FILES_DIR'] ?? folder.at('files'));
    const addressOf = ({ name }: Instance): { HOST: string; PORT: string } =>
      name === 'gateway-1' ? { HOST: host, PORT: String(port) } : { HOST: LOCAL, PORT: String(portOf(name)) };
    const parts = instances.map((instance) => {
      const own = isDoor(instance) ? addressOf(instance) : {};
      const behind = { ...own, NATTER_TRUSTED_PROXIES: proxies }; // X-Forwarded-For comes from our own gateway
      const front = {
        ...own,
        WEB_ROOT: resolve(around.root, 'web/dist/app'),
        WS_UPSTREAMS: upstreams.join(','),
        NATTER_FILES_DIR: filesDir,
      };
      const extra = isSocketDoor(instance) ? behind : instance.service === 'gateway' ? front : own;
      return servicePart(instance, around, portOf(healthName(instance)), extra);
    });
    const urlHost = ['0.0.0.0', '::'].includes(host) ? LOCAL : host;
    stack.startServices(await arranged(parts), {
      url: `http://${urlHost}:${port}`,
      wsUrls: upstreams.map((address) => `ws://${address}/ws`),
      databaseUrls,
      natsUrl: backends.natsUrl,
    });
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Settings that fit an installation on one machine; the operator's own win over them. */
function defaultSettings(
  host: string,
  port: number,
  own: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    NATTER_ORIGINS: defaultOrigins(host, port),
    NATTER_INSECURE_HTTP: '1', // there is no certificate for localhost
    NATTER_DRAIN_MS: '2000', // Ctrl-C should not take long
    ...(own['NATTER_ADMIN_USERNAME'] ? {} : { NATTER_FIRST_USER_ADMIN: '1' }),
  };
}

function oneOfEach(wsGateways: number): Record<ServiceName, number> {
  return {
    'auth-service': 1,
    'room-service': 1,
    'session-service': 1,
    'notification-service': 1,
    'ws-gateway': wsGateways,
    gateway: 1,
  };
}

const isSocketDoor = ({ service }: Instance): boolean => service === 'ws-gateway';
const isDoor = (instance: Instance): boolean => isSocketDoor(instance) || instance.service === 'gateway';
const healthName = ({ name }: Instance): string => `${name} health`;
const portNames = (instance: Instance): string[] =>
  isDoor(instance) ? [instance.name, healthName(instance)] : [healthName(instance)];

async function checkPort(port: number, host: string): Promise<void> {
  const fault = await listenFault(port, host);
  if (fault === null) return;
  if (fault === 'EACCES') throw new LaunchError(`Port ${port} is not open to this user: \`PORT=8080 npm start\`.`);
  if (fault !== 'EADDRINUSE')
    throw new LaunchError(`HOST=${host} is not an address this machine can listen on (${fault}).`);
  const holder = portHolder(port);
  throw new LaunchError(`Port ${port} is taken${holder ? ` by ${holder}` : ''}: \`PORT=${port + 1} npm start\`.`);
}

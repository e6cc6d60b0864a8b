// What the compose file promises about rights and doors, asked of the kernel and of Docker rather than of the file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Container } from './container.js';
import { docker } from './docker.js';
import { demand, type Step } from './step.js';

const CONNECT_MS = 2_000;
/** Of our services, in containers. */
const HEALTH_PORT = 9090;
/** They stand in the network without a way out, and in no other. */
const INNER = ['nats', 'postgres', 'room-service', 'session-service'];

export const locks: Step = {
  name: 'locks',
  async act({ installation }) {
    const containers = await installation.containers();
    for (const container of containers) checkRights(container);
    const published = containers.flatMap(({ name, published }) => published.map((port) => `${name} ${port}`));
    const own = `nginx-1 127.0.0.1:${installation.port}`;
    demand(published.join() === own, `published are ${published.join(', ')}, and should be ${own} alone`);
    const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const [other] = outside.filter(({ internal, family }) => !internal && family === 'IPv4');
    if (other) demand(!(await answers(other.address, installation.port)), `the door is open at ${other.address}, too`);
    for (const { name, service, addresses } of containers)
      if (INNER.includes(service))
        demand(Object.keys(addresses).join() === 'inner', `${name} is in ${Object.keys(addresses).join()}`);
    const inner = `${installation.project}_inner`;
    const isInternal = (await docker(['network', 'inspect', '--format', '{{.Internal}}', inner])).trim();
    demand(isInternal === 'true', 'the inner network has a way out');
    await checkDoorSeesGatewaysOnly(containers);
    return `${containers.length} containers: no root, no capabilities, nothing to gain, no writing; one door; databases and bus have no way out`;
  },
};

/** As the kernel says of the main process, and Docker of the file system. */
function checkRights({ name, pid, isReadOnly }: Container): void {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (key: string): string => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
  demand(field('Uid') !== '0', `${name} runs as root`);
  for (const set of ['CapEff', 'CapPrm', 'CapBnd'])
    demand(/^0+$/.test(field(set)), `${name} has capabilities: ${set} ${field(set)}`);
  demand(field('NoNewPrivs') === '1', `${name} can gain rights`);
  demand(isReadOnly, `${name} can write to its image`);
  const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8').split('\n');
  const root = mounts.find((line) => line.split(' ')[1] === '/');
  demand(root?.split(' ')[3]?.startsWith('ro') === true, `the root of ${name} is mounted as ${root}`);
}

/** nginx is the one that strangers speak to: from its network the gateway is reached, and nothing behind that, even by address. */
async function checkDoorSeesGatewaysOnly(containers: readonly Container[]): Promise<void> {
  const find = (name: string): Container | undefined => containers.find(({ service }) => service === name);
  const isReached = async (service: string): Promise<boolean> => {
    const { front, inner } = find(service)?.addresses ?? {};
    const script = `require('net').connect(${HEALTH_PORT}, '${front ?? inner}').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
    const words = ['--target', String(find('nginx')?.pid), '--net', process.execPath, '-e', script];
    const child = spawn('nsenter', words, { stdio: 'ignore', timeout: CONNECT_MS });
    const [code] = await once(child, 'exit');
    return code === 0;
  };
  demand(await isReached('gateway'), 'nginx does not reach the gateway');
  for (const service of ['room-service', 'auth-service'])
    demand(!(await isReached(service)), `nginx reaches the ${service}`);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (is: boolean) => (): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

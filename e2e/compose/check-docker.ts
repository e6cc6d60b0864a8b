// Whether this machine can do it at all: before anything is made, and in one sentence with what to do.
import { existsSync } from 'node:fs';
import { demand } from './step.js';
import { tryDocker } from './docker.js';

/** @returns the versions there are. @throws Error with one sentence */
export async function checkDocker(): Promise<string> {
  const asked = await tryDocker(['version', '--format', '{{.Server.Version}}']);
  demand(
    asked.code !== 127,
    'There is no docker on the PATH: install Docker Engine with its Compose plugin (https://docs.docker.com/engine/install).',
  );
  demand(
    !/permission denied/i.test(asked.err),
    'You may not speak to the Docker daemon: run this as root, as it also kills processes of containers.',
  );
  demand(
    asked.code === 0,
    `The Docker daemon does not answer: start it, for example with \`systemctl start docker\` (${lastLine(asked.err)}).`,
  );
  const compose = await tryDocker(['compose', 'version', '--short']);
  demand(compose.code === 0, 'Docker is there without Compose 2: install its plugin (docker-compose-plugin).');
  demand(
    process.getuid?.() === 0,
    'This test kills processes of containers with signals from the host, which needs root: run it with sudo.',
  );
  const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  demand(existsSync(chromium), `There is no ${chromium}: install chromium, or name another one in CHROMIUM.`);
  return `Docker ${asked.out.trim()}, Compose ${compose.out.trim()}`;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

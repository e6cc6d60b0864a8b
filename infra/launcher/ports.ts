// Ports for the parts, on 127.0.0.1. They are chosen once a data folder and kept, so that a part that comes
// back is found where it was; and from below the range the kernel hands to outgoing connections, because a
// part that died could otherwise find its port lent to one of them.
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 31_999;
const TRIES = 200;

/** Why this process could not listen there now, such as `EADDRINUSE`; null when it could. */
export function listenFault(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

async function isFree(port: number): Promise<boolean> {
  return (await listenFault(port, '127.0.0.1')) === null;
}

/** A free port that is not among `taken`, and adds it there. */
export async function freePort(taken: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST} in ${TRIES} tries`);
}

/**
 * A port for each name: the one it had, when that is free, else a new one.
 *
 * @param file where they are remembered, a JSON object name → port
 */
export async function rememberedPorts<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const known = readPorts(file);
  const taken = new Set<number>();
  const ports: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const before = known[name];
    const keep = before !== undefined && !taken.has(before) && (await isFree(before));
    ports[name] = keep ? before : await freePort(taken);
    taken.add(ports[name]);
  }
  writeFileSync(file, `${JSON.stringify({ ...known, ...ports }, null, 2)}\n`);
  return ports as Record<Name, number>;
}

/** Those that were remembered; none where nothing was. */
export function readPorts(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

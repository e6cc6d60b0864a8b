// Which addresses a browser may have come from when it opens the page that this launcher serves.
import { hostname, networkInterfaces } from 'node:os';

const EVERYWHERE = new Set(['0.0.0.0', '::']);

/**
 * The origins allowed when the operator names none: this machine, and the address listened on. Listening
 * everywhere means every address this machine has, so that another one in the same network can open the page.
 */
export function defaultOrigins(host: string, port: number): string {
  const hosts = new Set(['localhost', '127.0.0.1']);
  if (!EVERYWHERE.has(host)) hosts.add(host);
  else for (const address of [hostname(), ...ownAddresses()]) hosts.add(address.toLowerCase());
  return [...hosts]
    .map((name) => `http://${name.includes(':') ? `[${name}]` : name}${port === 80 ? '' : `:${port}`}`)
    .join(',');
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid) // link-local addresses cannot stand in an origin
    .map(({ address }) => address);
}

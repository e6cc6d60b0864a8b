// Where a request really comes from: X-Forwarded-For counts only as far as proxies we trust have written it.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Understands addresses and networks (`10.0.0.0/8`). @throws TypeError for anything else */
export function trustedProxies(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address);
    if (family === 0) throw new TypeError(`not an address or network: ${entry}`);
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(prefix), type);
  }
  return list;
}

/** The nearest address that is not a trusted proxy's. */
export function clientAddress(request: IncomingMessage, trusted: BlockList): string {
  let address = plain(request.socket.remoteAddress ?? '');
  const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
  while (isTrusted(address, trusted) && forwarded.length > 0) {
    const next = plain(forwarded.pop()!.trim());
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

const isTrusted = (address: string, trusted: BlockList): boolean => {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
};

/** An IPv4 address that came through an IPv6 socket is an IPv4 address. */
const plain = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);

// Who is calling: the socket's address, or what a proxy we trust says of it. Nobody else's X-Forwarded-For counts.
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** What is needed of a request, plain or on its way to become a socket. */
interface Incoming {
  socket: { remoteAddress?: string | undefined };
  headers: IncomingHttpHeaders;
}

/** No chain of proxies is longer; what stands further left was made up. */
const maxHops = 16;

/** Addresses remembered; then all are forgotten. */
const seenMax = 1_000;

/** True for `10.0.0.1`, `::1`, `10.0.0.0/8`, `fd00::/8`. */
export function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** An IPv4 address in IPv6 clothes is the same address. */
const plain = (address: string): string => (/^::ffff:[\d.]+$/i.test(address) ? address.slice(7) : address);

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

export class ClientAddress {
  private readonly trusted = new BlockList();
  private readonly seen = new Map<string, boolean>();

  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', bits] = proxy.split('/');
      if (bits === undefined) this.trusted.addAddress(address, family(address));
      else this.trusted.addSubnet(address, Number(bits), family(address));
    }
  }

  /** The rightmost address that is none of our proxies, so that what a client writes itself never counts. */
  of(request: Incoming): string {
    let address = plain(request.socket.remoteAddress ?? 'unknown');
    const header = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(-maxHops);
    while (this.isTrusted(address)) {
      const hop = plain(hops.pop()?.trim() ?? '');
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  }

  /** Nearly all come from the few addresses of proxies, or from one client again and again: looked up once, it costs nothing. */
  private isTrusted(address: string): boolean {
    let trusted = this.seen.get(address);
    if (trusted !== undefined) return trusted;
    trusted = isIP(address) !== 0 && this.trusted.check(address, family(address));
    if (this.seen.size >= seenMax) this.seen.clear();
    this.seen.set(address, trusted);
    return trusted;
  }
}

const mappedIPv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** What «one address» means to a limit: IPv4 as it is; of IPv6 the /64, since whoever has one there has 2^64 of them. */
export function addressBlock(ip: string): string {
  const mapped = mappedIPv4.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [address = ''] = ip.split('%');
  if (isIP(address) !== 6) return ip;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted tail (64:ff9b::192.0.2.1) takes the place of two groups.
  const rightLength = right.length + (tail?.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - left.length - rightLength;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

// Where pushes may go. An endpoint comes from a client, so it must not lead us anywhere but to a push service: its host has to be on the
// operator's list, and what that name resolves to has to be a public address.
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { NatterError } from '@natter/contracts/errors';

/** Special-purpose addresses of the IANA registries (RFC 6890): nothing there is a public push service. */
const nonPublic = new BlockList();
for (const range of `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/127 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 ff00::/8`
  .trim()
  .split(/\s+/)) {
  const [address = '', bits] = range.split('/');
  nonPublic.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** IPv4 in IPv6 clothes counts as what it is: BlockList sees through them. */
export const isPublic = (address: string): boolean =>
  isIP(address) !== 0 && !nonPublic.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const invalid = (detail: string): NatterError =>
  new NatterError('invalid', { detail: `endpoint: ${detail}`, fields: [{ field: 'endpoint', code: 'invalid' }] });

export class PushTargets {
  /**
   * @param hosts names of push services; `*.example.org` stands for all names below
   * @param insecure plain http will do, and a host that stands in the list by its very name may have any address
   */
  constructor(
    private readonly hosts: readonly string[],
    private readonly insecure: boolean,
  ) {}

  /** @throws NatterError `invalid` for what is no endpoint of a push service on the list */
  check(endpoint: string): URL {
    if (!URL.canParse(endpoint)) throw invalid('a URL');
    const url = new URL(endpoint);
    const isPlain = url.protocol === 'http:' && this.insecure;
    if (url.protocol !== 'https:' && !isPlain) throw invalid('https only');
    if (url.username !== '' || url.password !== '') throw invalid('no user and password');
    if (!this.hosts.some((host) => fits(bareHost(url), host)))
      throw invalid(`${url.hostname} is not on this server's list of push services (NATTER_PUSH_HOSTS)`);
    if (isIP(bareHost(url)) !== 0 && !this.mayBePrivate(bareHost(url)) && !isPublic(bareHost(url)))
      throw invalid('not a public address');
    return url;
  }

  /** `dns.lookup` that knows public addresses only; asked again for each connection, so that a name cannot change its mind. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const allowed = error ? [] : found.filter(({ address }) => this.mayBePrivate(hostname) || isPublic(address));
      const [first] = allowed;
      if (error) callback(error, '', 0);
      else if (first === undefined) callback(new Error(`${hostname} leads to no public address`), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

  private mayBePrivate(host: string): boolean {
    return this.insecure && this.hosts.includes(host.toLowerCase());
  }
}

/** IPv6 without its brackets. */
const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

function fits(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

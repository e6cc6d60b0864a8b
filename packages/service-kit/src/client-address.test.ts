import { describe, expect, it } from 'vitest';
import { addressBlock, ClientAddress, isAddressOrRange } from './client-address.js';

const of = (proxies: string[], remoteAddress: string, forwarded?: string): string =>
  new ClientAddress(proxies).of({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });

describe('the address of a client', () => {
  it('is the socket’s, whatever the client claims', () => {
    expect(of([], '192.0.2.1', '198.51.100.9')).toBe('192.0.2.1');
    expect(of(['10.0.0.0/8'], '192.0.2.1', '198.51.100.9')).toBe('192.0.2.1');
  });

  it('is what a trusted proxy says', () => {
    expect(of(['10.0.0.0/8'], '10.1.2.3', '198.51.100.9')).toBe('198.51.100.9');
    expect(of(['10.1.2.3'], '::ffff:10.1.2.3', '198.51.100.9')).toBe('198.51.100.9');
    expect(of(['fd00::/8'], 'fd00::5', '2001:db8::1')).toBe('2001:db8::1');
  });

  it('is the rightmost one that is no proxy of ours: what stands left of it was made up', () => {
    expect(of(['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 198.51.100.9, 10.0.0.2')).toBe('198.51.100.9');
    expect(of(['10.0.0.0/8'], '10.0.0.1', '10.9.9.9, 198.51.100.9')).toBe('198.51.100.9');
  });

  it('is the proxy’s own where it says nothing that is an address', () => {
    for (const header of [undefined, '', 'unknown', '999.1.1.1', '<script>', '198.51.100.9, nonsense'])
      expect(of(['10.0.0.1'], '10.0.0.1', header)).toBe('10.0.0.1');
  });
});

describe('a trusted proxy', () => {
  it('is an address or a range', () => {
    for (const good of ['10.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', '0.0.0.0/0'])
      expect(isAddressOrRange(good)).toBe(true);
    for (const bad of ['', 'nginx', '10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0.0/8/8', '10.0.0/8'])
      expect(isAddressOrRange(bad)).toBe(false);
  });
});

describe('one address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['not an address', 'not an address'],
  ])('%s is %s', (ip, block) => {
    expect(addressBlock(ip)).toBe(block);
  });
});

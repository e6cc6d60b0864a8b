import { describe, expect, it } from 'vitest';
import { isPublic, PushTargets } from './push-target.js';

const listed = ['push.example.org', '*.push.example.net', '127.0.0.1', '10.0.0.7'];
const strict = new PushTargets(listed, false);
const plain = new PushTargets(listed, true);

describe('an endpoint', () => {
  it.each(['https://push.example.org/a/b?c=d', 'https://push.example.org:8443/x', 'https://eu.push.example.net/x'])(
    'on the list is taken: %s',
    (endpoint) => {
      expect(strict.check(endpoint).href).toBe(endpoint);
    },
  );

  it.each([
    'nonsense',
    'http://push.example.org/x',
    'ftp://push.example.org/x',
    'https://user:secret@push.example.org/x',
    'https://push.example.org.evil.example/x',
    'https://evil-push.example.org/x',
    'https://push.example.net/x',
    'https://xpush.example.net/x',
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/x',
  ])('that leads elsewhere is refused: %s', (endpoint) => {
    expect(() => strict.check(endpoint)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('may be plain http, and a private address that the operator named, on a plain-http install', () => {
    expect(plain.check('http://127.0.0.1:4000/x').port).toBe('4000');
    expect(() => plain.check('http://127.0.0.2:4000/x')).toThrow();
    expect(() => plain.check('http://[::1]:4000/x')).toThrow();
  });
});

describe('a name', () => {
  const resolve = (targets: PushTargets, name: string) =>
    new Promise((done, fail) => {
      targets.lookup(name, { all: true }, (error, addresses) => (error ? fail(error) : done(addresses)));
    });

  it('that leads to this machine or its neighbours is not followed', async () => {
    await expect(resolve(new PushTargets(['*.example.org'], true), 'localhost')).rejects.toThrow('no public address');
    await expect(resolve(new PushTargets(['localhost'], false), 'localhost')).rejects.toThrow('no public address');
  });

  it('is followed anywhere when a plain-http install names it', async () => {
    await expect(resolve(new PushTargets(['localhost'], true), 'localhost')).resolves.not.toEqual([]);
  });
});

it.each(['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '::', '::1', 'fd00::1', 'fe80::1', 'x', ''])(
  'knows that %s is not public',
  (address) => {
    expect(isPublic(address)).toBe(false);
  },
);

it.each(['::ffff:10.0.0.1', '::ffff:127.0.0.1', '64:ff9b::a00:1'])('sees through %s', (address) => {
  expect(isPublic(address)).toBe(false);
});

it.each(['8.8.8.8', '142.250.1.1', '2a00:1450:4001::1'])('knows that %s is public', (address) => {
  expect(isPublic(address)).toBe(true);
});

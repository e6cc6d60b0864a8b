// The browser client as browsers get it.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raw } from './testing/raw.js';
import { originOfTests, startTestGateway, type TestGateway } from './testing/test-gateway.js';

let gateway: TestGateway;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-web-'));
  gateway = await startTestGateway({ WEB_ROOT: join(folder, 'app') });
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

const get = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(gateway.url + path, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the web client', () => {
  it('that was not built says so', async () => {
    const { status, text } = await get('/');
    expect([status, text]).toEqual([503, expect.stringContaining('npm run build')]);
  });

  it('is served at every path that is no other', async () => {
    await mkdir(join(folder, 'app/assets'), { recursive: true });
    await writeFile(join(folder, 'app/index.html'), '<!doctype html>app');
    await writeFile(join(folder, 'app/favicon.svg'), '<svg/>');
    await writeFile(join(folder, 'app/assets/app-1a2b.js'), 'run()');
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'app/.env'), 'secret');
    for (const path of [
      '/',
      '/login',
      '/chat/general',
      '/apix',
      '/wsx',
      '/index.html',
      '/a/b/c?q=1',
      '/x.y',
      '/.env',
      '/assets',
      '/%zz',
      '/chat/%E0%A4%A',
      '/%ff?a=b',
    ])
      expect(await get(path), path).toMatchObject({ status: 200, text: '<!doctype html>app' });
    const { headers } = await get('/rooms');
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([
      'text/html; charset=utf-8',
      'no-cache',
    ]);
  });

  it('has files that are kept for ever, and others that are asked for again', async () => {
    const script = await get('/assets/app-1a2b.js');
    expect([script.text, script.headers.get('cache-control')]).toEqual([
      'run()',
      'public, max-age=31536000, immutable',
    ]);
    expect(script.headers.get('content-type')).toMatch(/javascript; charset=utf-8$/);
    const icon = await get('/favicon.svg');
    expect([icon.headers.get('content-type'), icon.headers.get('cache-control')]).toEqual([
      'image/svg+xml',
      'no-cache',
    ]);
    const again = await raw(gateway.port);
    again.send(
      `GET /favicon.svg HTTP/1.1\r\nHost: h\r\nConnection: close\r\nIf-None-Match: ${icon.headers.get('etag')}\r\n\r\n`,
    );
    await again.closed;
    expect(again.heard()).toMatch(/^HTTP\/1\.1 304 [\s\S]*\r\n\r\n$/);
  });

  it('never stands in for a hashed file that is gone', async () => {
    expect((await get('/assets/app-0000.js')).status).toBe(404);
  });

  it('can be asked for its head', async () => {
    const { status, headers, text } = await get('/assets/app-1a2b.js', { method: 'HEAD' });
    expect([status, headers.get('content-length'), text]).toEqual([200, '5', '']);
  });

  it('has nothing above its folder', async () => {
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/a%00b',
      '//secret.txt',
      '/....//secret.txt',
    ]) {
      const client = await raw(gateway.port);
      client.send(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
      await client.closed;
      expect(client.heard(), path).toMatch(/^HTTP\/1\.1 (200|400|404) /);
      expect(client.heard(), path).not.toMatch(/secret$/);
    }
  });

  it('has the same headers from nginx, where that serves it', async () => {
    const conf = await readFile(new URL('../../infra/nginx/page-headers.conf', import.meta.url), 'utf8');
    const forPlainHttp = (value: string) =>
      value.replace(/^"|"$/g, '').replace('$socket_origin', originOfTests.replace('http', 'ws')).replace(/\$\w+/g, '');
    const told = [...conf.matchAll(/^add_header (\S+) (.+) always;$/gm)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      forPlainHttp(value),
    ]);
    expect(told.length).toBeGreaterThan(10);
    const { headers } = await get('/');
    for (const [name = '', value] of told) expect([name, headers.get(name) ?? ''], name).toEqual([name, value]);
    const ofOurs = /^(content-security|cross-origin|origin-agent|referrer|strict|x-(?!request))/;
    const names = [...headers.keys()].filter((name) => ofOurs.test(name));
    expect(names.filter((name) => !told.some(([known]) => known === name))).toEqual([]);
  });

  it('lets a browser load and reach nothing but ours', async () => {
    for (const path of ['/', '/chat/%ff', '/api/nope', '/healthz']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'self';script-src 'self';style-src 'self';img-src 'self' data: blob:;connect-src 'self' ws://chat.test;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
      );
      expect([
        headers.get('x-content-type-options'),
        headers.get('referrer-policy'),
        headers.get('x-frame-options'),
      ]).toEqual(['nosniff', 'no-referrer', 'DENY']);
      expect(headers.get('strict-transport-security')).toBeNull();
    }
  });
});

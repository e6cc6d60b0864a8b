// Batches of HTTP requests: every route of the gateway with everything about it that can be wrong. All are whole requests as HTTP
// frames them, so each has to be answered; what breaks HTTP itself stands in `abuse`.
import { limits } from '@natter/contracts/limits';
import { gzipSync } from 'node:zlib';
import { bytes, type Lot, uuid, weighted } from './lots.js';
import { mangle, mutate, spoil } from './mutate.js';
import { nastyKeys, nastyText, nastyValue } from './nasty.js';
import type { Route } from './routes.js';
import { sample, type Words } from './sample.js';
import { Pairs, Raw, type Tree, write } from './tree.js';

/** What a request may say about who sends it. */
export interface Speaker {
  token: string;
  refreshToken: string;
  address: string;
}

export interface RequestInput {
  method: string;
  /** The route it is made from, for the count. */
  route: string;
  data: Buffer;
  /** Whether it carries an untouched, valid token. */
  isSignedIn: boolean;
}

/** Few, so that a request which ends its own session does not turn many others into 401. */
export const requestsPerBatch = 10;
const strangeMethods = [
  'HEAD',
  'OPTIONS',
  'PUT',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'SEARCH',
  'M-SEARCH',
  'LOCK',
  'DELETE',
  'PATCH',
];

export const requestBatch = (lot: Lot, routes: readonly Route[], words: Words, speaker: Speaker): RequestInput[] =>
  Array.from({ length: requestsPerBatch }, () => request(lot, lot.pick(routes), words, speaker));

function request(lot: Lot, route: Route, words: Words, speaker: Speaker): RequestInput {
  const method = lot.chance(0.9) ? route.method : lot.pick(strangeMethods);
  const target = `${pathOf(lot, route, words)}${queryOf(lot, route, words)}`;
  const who = credentials(lot, speaker);
  const { headers, body } = content(lot, route, method, words);
  const lines = [...who.headers, ...headers, ...extras(lot)];
  if (!lines.some(([name]) => name.toLowerCase() === 'host')) lines.unshift(['Host', 'localhost']);
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const data = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  return { method, route: `${route.method} ${route.path}`, data, isSignedIn: who.isSignedIn };
}

// ---- the target ----------------------------------------------------------------------------------------------------------

/** What cannot stand in a request line is percent-encoded, whatever it is. */
const lineSafe = (text: string): string =>
  Buffer.from(text.toWellFormed(), 'utf8')
    .toString('latin1')
    .replace(/[^\x21-\x7e]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

function pathOf(lot: Lot, { path }: Route, words: Words): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    if (lot.chance(0.75)) return encoded(String(words(name, lot) ?? uuid(lot)));
    return lot.chance(0.7) ? encoded(nastyText(lot)) : lineSafe(nastyText(lot));
  });
  const short = filled.slice(0, 12_000);
  if (lot.chance(0.85)) return short;
  return weighted<() => string>(lot, [
    [2, () => `${short}/`],
    [1, () => short.replace('/', '//')],
    [1, () => short.replace('/api', '/API')],
    [1, () => short.replace('/api', '/%61pi')],
    [1, () => short.replace('/api/', '/api/./')],
    [1, () => short.replace('/api/', '/api/x/../')],
    [1, () => short.replace('/api/', '/x/%2e%2e/api/')],
    [1, () => short.replaceAll('/', '%2f').replace('%2f', '/')],
    [1, () => `${short};a=b`],
    [1, () => `${short}%00`],
    [1, () => `${short}%`],
    [1, () => `${short}#fragment`],
    [1, () => `http://evil.example${short}`],
    [1, () => lineSafe(spoil(short, lot)).replace(/^(?!\/)/, '/')],
    [1, () => `/${lineSafe(nastyText(lot)).slice(0, 8_000)}`],
    [
      1,
      () =>
        lot.pick([
          '*',
          '/',
          '//',
          '/..',
          '/%2e%2e/',
          '/.',
          '/index.html',
          '/assets/x.js',
          '/.env',
          '/ws',
          '/ws/x',
          '/chat/a',
          '/api',
          '/api/',
          '/metrics',
          '/healthz/',
        ]),
    ],
  ])();
}

function queryOf(lot: Lot, { query }: Route, words: Words): string {
  if (lot.chance(query ? 0.15 : 0.85)) return '';
  const made = query ? sample(query, 'query', lot, words) : new Pairs([]);
  const pairs = made instanceof Pairs ? [...made.entries] : [];
  const some = pairs.filter(() => lot.chance(0.8)).map(([key, value]) => [key, plain(value)] as [string, string]);
  if (lot.chance(0.4)) some.push([lot.pick([...nastyKeys, 'limit', 'cursor', 'q', 'after']), nastyText(lot)]);
  if (lot.chance(0.2) && some[0]) some.push([some[0][0], nastyText(lot)]);
  if (lot.chance(0.3) && some[0]) some[0] = [some[0][0], lot.chance(0.5) ? nastyText(lot) : plain(nastyValue(lot))];
  const text = some
    .map(([key, value]) => `${encoded(key)}=${encoded(value)}`)
    .join('&')
    .slice(0, 12_000);
  if (lot.chance(0.85)) return `?${text}`;
  return lot.pick([
    `?${lineSafe(spoil(text, lot)).slice(0, 12_000)}`,
    `?${text.replaceAll('=', '[]=')}`,
    `?${text.replaceAll('=', '[a][b]=')}`,
    `?${text}&${'a=1&'.repeat(lot.between(10, 2_000))}`,
    `?%zz=${text}`,
    `?${text}%`,
    '??&&==&=',
    `?${text}#x`,
  ]);
}

const plain = (value: Tree): string => (typeof value === 'string' ? value : write(value)).slice(0, 3_000);

// ---- who ------------------------------------------------------------------------------------------------------------------

type Header = readonly [name: string, value: string];

/** The names of the cookies on plain HTTP. */
const [accessCookie, refreshCookie] = ['natter_access', 'natter_refresh'];

function credentials(lot: Lot, { token, refreshToken, address }: Speaker): { headers: Header[]; isSignedIn: boolean } {
  const own: Header = ['Authorization', `Bearer ${token}`];
  const from: Header = ['X-Forwarded-For', address];
  const cookie: Header = ['Cookie', `${accessCookie}=${token}; ${refreshCookie}=${refreshToken}`];
  const made = weighted<() => { headers: Header[]; isSignedIn?: true }>(lot, [
    [75, () => ({ headers: [own], isSignedIn: true })],
    [
      6,
      () => ({
        headers: [
          ['Cookie', `${accessCookie}=${token}`],
          ['X-Natter', '1'],
        ],
        isSignedIn: true,
      }),
    ],
    [2, () => ({ headers: [cookie, ...(lot.chance(0.5) ? [['X-Natter', '1'] as const] : [])] })],
    [4, () => ({ headers: [] })],
    [3, () => ({ headers: [['Authorization', `Bearer ${forged(token, lot)}`]] })],
    [
      3,
      () => ({
        headers: [
          ['Authorization', headerText(lot.pick([token, `Basic ${token}`, `bearer  ${token} x`, nastyText(lot)]))],
        ],
      }),
    ],
    [
      2,
      () => ({
        headers: [['Cookie', headerText(`${accessCookie}=${nastyText(lot)}; ${nastyText(lot)}; =; ${refreshCookie}`)]],
      }),
    ],
    [
      2,
      () => ({
        headers: [
          ['Cookie', `${accessCookie}=${forged(token, lot)}`],
          ['X-Natter', lot.pick(['0', '1, 1', ''])],
        ],
      }),
    ],
    [2, () => ({ headers: [own, ['Authorization', 'Bearer x'], cookie] })],
    [1, () => ({ headers: [['Cookie', `${'a=b; '.repeat(lot.between(100, 2_000))}`]] })],
  ])();
  return { headers: [from, ...made.headers], isSignedIn: made.isSignedIn === true };
}

/** A token somebody made who has no key. */
function forged(token: string, lot: Lot): string {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return weighted<() => string>(lot, [
    [1, () => `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`],
    [
      1,
      () =>
        `${part({ alg: 'HS256', typ: 'at+jwt', kid: lot.pick(['', '../x', '__proto__', 'a']) })}.${claims}.${signature}`,
    ],
    [1, () => `${head}.${part({ sub: 'admin', sid: 'x', exp: 1e12, iss: 'natter', aud: 'natter' })}.${signature}`],
    [1, () => `${head}.${claims}.${'A'.repeat(86)}`],
    [1, () => `${head}.${claims}`],
    [1, () => `${head}.${claims}.${signature}.x`],
    [1, () => `..`],
    [1, () => token.slice(0, lot.between(0, token.length))],
    [1, () => Buffer.from(bytes(lot, 300)).toString('base64url')],
    [1, () => `${part({ alg: 'EdDSA', typ: 'at+jwt', jwk: {}, crit: ['x'], b64: false })}.${claims}.${signature}`],
  ])();
}

// ---- headers and body -------------------------------------------------------------------------------------------------------

/** As header bytes: what HTTP forbids there is left out. */
const headerText = (text: string): string =>
  Buffer.from(text.toWellFormed(), 'utf8')
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, '')
    .slice(0, 8_000)
    .trim();

function extras(lot: Lot): Header[] {
  if (lot.chance(0.6)) return [];
  const one = (): Header =>
    lot.pick<() => Header>([
      () => ['Idempotency-Key', headerText(lot.chance(0.6) ? `key-${lot.between(0, 200)}` : nastyText(lot))],
      () => ['X-Request-Id', headerText(nastyText(lot))],
      () => ['Origin', lot.pick(['null', 'http://localhost', 'https://evil.example', headerText(nastyText(lot))])],
      () => ['Accept', lot.pick(['*/*', 'text/html', 'application/xml;q=0', headerText(nastyText(lot))])],
      () => ['Accept-Encoding', lot.pick(['gzip', 'br, *;q=0', 'x', ''])],
      () => ['Accept-Language', headerText(nastyText(lot))],
      () => [
        'Range',
        lot.pick([
          'bytes=0-',
          'bytes=-1',
          'bytes=5-2',
          'bytes=0-0,2-3,4-5',
          'bytes=99999999999-',
          'x=1-2',
          `bytes=${'0-1,'.repeat(500)}0-1`,
        ]),
      ],
      () => ['If-None-Match', lot.pick(['*', '"x"', 'W/"x"', headerText(nastyText(lot))])],
      () => ['If-Modified-Since', lot.pick(['Thu, 01 Jan 1970 00:00:00 GMT', 'x'])],
      () => [
        'X-Forwarded-For',
        headerText(lot.pick(['127.0.0.1', '::1', '1.2.3.4, 5.6.7.8', 'x', '999.1.1.1', nastyText(lot)])),
      ],
      () => ['X-Forwarded-Host', headerText(nastyText(lot))],
      () => ['Forwarded', 'for=127.0.0.1;proto=https'],
      () => ['User-Agent', headerText(nastyText(lot))],
      () => ['Host', lot.pick(['', 'a b', 'localhost:99999', '[::1', headerText(nastyText(lot))])],
      () => ['X-HTTP-Method-Override', 'DELETE'],
      () => ['Referer', headerText(nastyText(lot))],
      () => ['Connection', lot.pick(['keep-alive', 'close', 'x, y', 'authorization'])],
      () => ['Expect', lot.pick(['100-continue', 'x'])],
      () => ['Sec-WebSocket-Key', 'AAAA'],
      () => ['TE', 'trailers'],
      () => ['Access-Control-Request-Method', 'DELETE'],
      () => [lot.pick(['__proto__', 'constructor', 'x-'.repeat(200), 'X-Y']), headerText(nastyText(lot))],
      () => ['X-Large', 'x'.repeat(lot.pick([100, 4_000, 12_000]))],
    ])();
  return Array.from({ length: lot.between(1, 3) }, one);
}

function content(lot: Lot, route: Route, method: string, words: Words): { headers: Header[]; body: Buffer } {
  const wantsBody = route.body !== undefined || (method === 'POST' && route.body === undefined);
  if (lot.chance(wantsBody ? 0.04 : 0.9)) return { headers: [], body: Buffer.alloc(0) };
  const base = route.body ? sample(route.body, 'body', lot, words) : new Pairs([]);
  const body = weighted<() => Buffer>(lot, [
    [40, () => Buffer.from(write(base).toWellFormed())],
    [42, () => Buffer.from(write(mutate(base, lot)).toWellFormed())],
    [14, () => mangle(base, lot, true)],
    [1, () => Buffer.from(write(large(base, lot)))],
    [1, () => bytes(lot, lot.between(1, 2_000))],
  ])();
  return framed(lot, body);
}

/** On both sides of the largest body. */
const large = (base: Tree, lot: Lot): Tree => {
  const pad = limits.httpBodyBytes - write(base).length - 20 + lot.pick([-1_000, 0, 40, 100_000]);
  return base instanceof Pairs ? base.with('pad', 'x'.repeat(Math.max(0, pad))) : new Raw(`"${'x'.repeat(pad)}"`);
};

function framed(lot: Lot, plainBody: Buffer): { headers: Header[]; body: Buffer } {
  const multipart = lot.chance(0.03);
  const whole = multipart ? multipartBody(lot, plainBody) : plainBody;
  const type: Header[] = multipart
    ? [
        [
          'Content-Type',
          lot.pick(['multipart/form-data; boundary=x', 'multipart/form-data', 'multipart/form-data; boundary=']),
        ],
      ]
    : weighted<() => Header[]>(lot, [
        [85, () => [['Content-Type', 'application/json']]],
        [
          3,
          () => [
            ['Content-Type', lot.pick(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;'])],
          ],
        ],
        [
          2,
          () => [
            [
              'Content-Type',
              lot.pick(['application/json; charset=latin1', 'application/json; charset="', 'application/jsonx']),
            ],
          ],
        ],
        [
          4,
          () => [
            [
              'Content-Type',
              lot.pick(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'image/png', '']),
            ],
          ],
        ],
        [2, () => [['Content-Type', headerText(nastyText(lot))]]],
        [2, () => []],
        [
          1,
          () => [
            ['Content-Type', 'application/json'],
            ['Content-Type', 'text/plain'],
          ],
        ],
      ])();
  const packed = lot.chance(0.03);
  const encoding: Header[] = packed
    ? [['Content-Encoding', 'gzip']]
    : lot.chance(0.03)
      ? [['Content-Encoding', lot.pick(['br', 'identity', 'gzip, gzip', 'x', ''])]]
      : [];
  const body = packed ? gzipSync(lot.chance(0.1) ? Buffer.alloc(5_000_000) : whole) : whole;
  const framing: Header[] = lot.chance(0.9)
    ? [['Content-Length', String(body.length)]]
    : [['Transfer-Encoding', 'chunked']];
  const isChunked = framing[0]?.[0] === 'Transfer-Encoding';
  return { headers: [...type, ...encoding, ...framing], body: isChunked ? chunked(body, lot) : body };
}

function chunked(body: Buffer, lot: Lot): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, lot.pick([1, 7, 100, 5_000, 100_000]), 100_000);
    const step = body.length > 20_000 ? Math.min(body.length - at, 50_000) : size;
    parts.push(Buffer.from(`${step.toString(16)}\r\n`), body.subarray(at, at + step), Buffer.from('\r\n'));
    at += step;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

function multipartBody(lot: Lot, content: Buffer): Buffer {
  const disposition = lot.pick([
    'form-data; name="file"; filename="a.png"',
    'form-data; name="file"; filename="../../etc/passwd"',
    'form-data; name="file"; filename*=UTF-8\'\'%ff%00.png',
    `form-data; name="file"; filename="${headerText(nastyText(lot)).replaceAll('"', '')}"`,
    'form-data; name="__proto__"',
    'form-data; name="file"',
    'x',
    '',
  ]);
  const type = lot.pick(['image/png', 'text/html', 'application/octet-stream', 'x', 'image/svg+xml']);
  const head = `--x\r\nContent-Disposition: ${disposition}\r\nContent-Type: ${type}\r\n\r\n`;
  const tail = lot.pick([
    '\r\n--x--\r\n',
    '\r\n--x--',
    '',
    '\r\n--x\r\n',
    `\r\n--x\r\n${'A: b\r\n'.repeat(200)}\r\n\r\n--x--\r\n`,
  ]);
  const parts = Array.from({ length: lot.pick([1, 1, 1, 2, 50]) }, () =>
    Buffer.concat([Buffer.from(head, 'latin1'), content]),
  );
  return Buffer.concat([
    ...parts.flatMap((part, n) => (n === 0 ? [part] : [Buffer.from('\r\n'), part])),
    Buffer.from(tail),
  ]);
}

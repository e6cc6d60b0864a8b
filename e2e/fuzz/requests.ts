// Batches of HTTP requests: every route of the gateway with everything about it that can be wrong. All are whole requests as HTTP
// frames them, so each has to be answered; what breaks HTTP itself stands in `abuse`.
import { content } from './contents.js';
import { credentials, type Speaker } from './credentials.js';
import { extras } from './headers.js';
import { type Lot, uuid, weighted } from './lots.js';
import { spoil } from './mutate.js';
import { nastyKeys, nastyText, nastyValue } from './nasty.js';
import type { Route } from '../harness/gateway-routes.js';
import { sample, type Words } from './sample.js';
import { Pairs, type Tree, write } from './tree.js';

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

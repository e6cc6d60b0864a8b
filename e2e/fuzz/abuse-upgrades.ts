// Requests for a socket that are not quite right, half of them by somebody who may have one.
import type { ConnectionAbuse, Make, Who } from './abuse.js';
import { bytes, type Lot } from './lots.js';
import { nastyText } from './nasty.js';
import { text } from './wire-socket.js';

const version = 'Sec-WebSocket-Version: 13';
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const upgrade = 'Upgrade: websocket';

function request(lot: Lot, { token }: Who, target: string, ...more: string[]): Buffer {
  const proof = lot.chance(0.6) ? [`Authorization: Bearer ${token}`] : [];
  const [first, headers] = target.includes(' ') ? [target, more] : [`GET ${target}`, more];
  const all = [`${first} HTTP/1.1`, 'Host: h', 'Connection: Upgrade', ...proof, ...headers];
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1');
}

const oddPaths = (room: string): string[] => [
  '/ws/',
  '//ws',
  '/ws/%',
  '/ws/%00',
  '/ws/%2e%2e',
  '/ws/chat',
  '/ws/chat/',
  '/ws/a/b/c',
  '/wsx',
  '/WS',
  '/ws?',
  '/ws#x',
  '/ws/../api/rooms',
  'http://evil/ws',
  `/ws/${'a'.repeat(5_000)}`,
  `/ws/${room}/`,
  `/ws/chat/${room}`,
  `/ws/${room.toUpperCase()}`,
  `/ws/%7B${room}%7D`,
  `/ws/${room}%20`,
  `/ws?room=${room}`,
  `/ws/${room}?ticket=x`,
];
const afters = [
  '0',
  '1',
  '-1',
  '1.5',
  '1e3',
  '',
  'x',
  '9007199254740992',
  '99999999999999999999',
  '%00',
  '1&after=2',
  '0x1',
  '+1',
  '%EF%BC%91',
];
const extensions = [
  'permessage-deflate',
  'permessage-deflate; client_max_window_bits',
  'permessage-deflate; client_max_window_bits=99',
  'permessage-deflate; server_max_window_bits=0',
  'permessage-deflate; x="',
  'permessage-deflate,'.repeat(500),
  ';',
  '\u0080',
  'permessage-deflate; client_no_context_takeover; client_no_context_takeover',
  'x-webkit-deflate-frame',
];

export const onUpgrades: readonly Make<ConnectionAbuse['finish']>[] = [
  ['upgrade without a key', 'waits', (lot, who) => [request(lot, who, '/ws', upgrade, version)]],
  [
    'upgrade with a bad key',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        '/ws',
        upgrade,
        version,
        `Sec-WebSocket-Key: ${lot.pick(['', 'x', 'A'.repeat(24), '='.repeat(24), 'A'.repeat(8_000)])}`,
      ),
    ],
  ],
  ['upgrade with two keys', 'waits', (lot, who) => [request(lot, who, '/ws', upgrade, version, key, key)]],
  [
    'upgrade of another version',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        '/ws',
        upgrade,
        key,
        ...lot.pick([['0'], ['8'], ['14'], ['x'], ['13, 8'], []]).map((one) => `Sec-WebSocket-Version: ${one}`),
      ),
    ],
  ],
  [
    'upgrade of other protocols',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        '/ws',
        upgrade,
        version,
        key,
        `Sec-WebSocket-Protocol: ${lot.pick(['x', 'natter.v2', ', ,', 'a b', 'natter.v1,natter.v1', '', 'natter.v1;x', 'a,'.repeat(1_000)])}`,
      ),
    ],
  ],
  [
    'upgrade with an extension',
    'waits',
    (lot, who) => [
      request(lot, who, '/ws', upgrade, version, key, `Sec-WebSocket-Extensions: ${lot.pick(extensions)}`),
    ],
  ],
  [
    'upgrade with a ticket',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        `/ws?ticket=${lot.pick(['', 'x', '%00', '%zz', 'A'.repeat(256), 'A'.repeat(5_000), 'a&ticket=b'])}`,
        upgrade,
        version,
        key,
      ),
    ],
  ],
  [
    'upgrade of an odd path',
    'waits',
    (lot, who) => [request(lot, who, lot.pick(oddPaths(who.room)), upgrade, version, key)],
  ],
  [
    'one room from an odd place',
    'waits',
    (lot, who) => [request(lot, who, `/ws/${who.room}?after=${lot.pick(afters)}`, upgrade, version, key)],
  ],
  [
    'a room of any name',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        `/ws/${encodeURIComponent(nastyText(lot).slice(0, 2_000).toWellFormed())}`,
        upgrade,
        version,
        key,
      ),
    ],
  ],
  [
    'upgrade from elsewhere',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        '/ws',
        upgrade,
        version,
        key,
        `Origin: ${lot.pick(['null', 'https://evil.example', ''])}`,
        'Cookie: natter_access=x',
      ),
    ],
  ],
  [
    'upgrade with odd proof',
    'waits',
    (lot, who) => [
      request(
        lot,
        { ...who, token: lot.pick([`${who.token}x`, `${who.token} `, '', 'a.b.c', '"', 'x'.repeat(9_000)]) },
        '/ws',
        upgrade,
        version,
        key,
        `Cookie: ${lot.pick(['natter_access', `natter_access=${who.token}`, '=; ;', `${'a=b;'.repeat(1_000)}`])}`,
      ),
    ],
  ],
  [
    'upgrade by another method',
    'waits',
    (lot, who) => [
      request(lot, who, `${lot.pick(['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'])} /ws`, upgrade, version, key),
    ],
  ],
  [
    'upgrade with a body',
    'waits',
    (lot, who) => [
      Buffer.concat([request(lot, who, '/ws', upgrade, version, key, 'Content-Length: 5'), Buffer.from('hello')]),
    ],
  ],
  [
    'upgrade to something else',
    'waits',
    (lot, who) => [
      request(
        lot,
        who,
        '/ws',
        `Upgrade: ${lot.pick(['h2c', 'tls', 'websocket, h2c', 'WebSocket/13', ''])}`,
        version,
        key,
      ),
    ],
  ],
  [
    'upgrade and frames at once',
    'waits',
    (lot, who) => [Buffer.concat([request(lot, who, '/ws', upgrade, version, key), text('{}'), bytes(lot, 20)])],
  ],
  [
    'half an upgrade',
    'ends',
    (lot, who) => [request(lot, who, '/ws', upgrade, version, key).subarray(0, lot.between(1, 90))],
  ],
  [
    'half an upgrade',
    'resets',
    (lot, who) => [request(lot, who, '/ws', upgrade, version, key).subarray(0, lot.between(1, 90))],
  ],
  ['upgrade and gone', 'resets', (lot, who) => [request(lot, who, '/ws', upgrade, version, key)]],
];

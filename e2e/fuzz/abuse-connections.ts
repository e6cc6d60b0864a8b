// What breaks HTTP itself, on a bare connection.
import { limits } from '@natter/contracts/limits';
import { type ConnectionAbuse, flood, type Make } from './abuse.js';
import { bytes } from './lots.js';

const lines = (...all: string[]): Buffer => Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1');
const get = lines('GET /healthz HTTP/1.1', 'Host: h');
const login = 'POST /api/auth/login HTTP/1.1';
const json = 'Content-Type: application/json';

export const onConnections: readonly Make<ConnectionAbuse['finish']>[] = [
  ['request and gone', 'resets', () => [lines('GET /api/rooms HTTP/1.1', 'Host: h')]],
  [
    'half a body and gone',
    'resets',
    () => [lines(login, 'Host: h', json, 'Content-Length: 1000'), Buffer.from('{"login":')],
  ],
  [
    'half a body, then the end',
    'ends',
    () => [lines(login, 'Host: h', json, 'Content-Length: 1000'), Buffer.from('{"login":')],
  ],
  ['request, then garbage', 'waits', (lot) => [get, bytes(lot, 200)]],
  ['fifty requests at once', 'waits', () => [Buffer.concat(Array.from({ length: 50 }, () => get))]],
  ['garbage', 'waits', (lot) => [bytes(lot, lot.between(1, 3_000))]],
  ['TLS', 'waits', () => [Buffer.from('16030100a5010000a10303', 'hex'), Buffer.alloc(160, 7)]],
  [
    'another protocol',
    'waits',
    (lot) => [
      Buffer.from(
        lot.pick([
          'SSH-2.0-x\r\n',
          'EHLO x\r\n',
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
          'CONNECT {}\r\n',
          'GET /\r\n\r\n',
          '\r\n\r\n\r\n',
        ]),
      ),
    ],
  ],
  [
    'two lengths',
    'waits',
    () => [lines(login, 'Host: h', json, 'Content-Length: 2', 'Content-Length: 3'), Buffer.from('{}x')],
  ],
  [
    'length and chunks',
    'waits',
    () => [
      lines(login, 'Host: h', json, 'Content-Length: 4', 'Transfer-Encoding: chunked'),
      Buffer.from('0\r\n\r\nGET /x HTTP/1.1\r\n\r\n'),
    ],
  ],
  [
    'a length that is none',
    'waits',
    (lot) => [
      lines(
        login,
        'Host: h',
        json,
        `Content-Length: ${lot.pick(['-1', '+2', '2x', '0x2', '1e1', '99999999999999999999', '', ' '])}`,
      ),
      Buffer.from('{}'),
    ],
  ],
  [
    'an encoding nobody knows',
    'waits',
    (lot) => [
      lines(
        login,
        'Host: h',
        json,
        `Transfer-Encoding: ${lot.pick(['gzip', 'chunked, chunked', 'xchunked', 'identity', 'chunked ', 'chunked;x'])}`,
      ),
      Buffer.from('2\r\n{}\r\n0\r\n\r\n'),
    ],
  ],
  [
    'broken chunks',
    'waits',
    (lot) => [
      lines(login, 'Host: h', json, 'Transfer-Encoding: chunked'),
      Buffer.from(
        lot.pick([
          'z\r\n',
          '-1\r\n',
          'ffffffffffffffff\r\n',
          '2\r\n{}x\r\n',
          '2;'.concat('x'.repeat(20_000)),
          '2\n{}\n0\n\n',
          '0\r\nX: y\r\n\r\n',
          `0\r\n${'A: b\r\n'.repeat(3_000)}\r\n`,
        ]),
      ),
    ],
  ],
  [
    'a header that is none',
    'waits',
    (lot) => [
      Buffer.from(
        `GET /healthz HTTP/1.1\r\nHost: h\r\n${lot.pick([' folded: x', 'a\tb: c', ': x', 'x', 'a b: c', 'x: \u0000', 'x: a\nb: c', 'Host : h', '\u00e4: x'])}\r\n\r\n`,
        'latin1',
      ),
    ],
  ],
  ['two hosts', 'waits', () => [lines('GET /api/auth/jwks HTTP/1.1', 'Host: a', 'Host: b')]],
  ['no host', 'waits', () => [lines('GET /api/auth/jwks HTTP/1.1')]],
  [
    'a head that is too large',
    'waits',
    (lot) => [lines('GET /api/rooms HTTP/1.1', 'Host: h', `X: ${'x'.repeat(lot.pick([16_000, 17_000, 100_000]))}`)],
  ],
  [
    'a thousand headers',
    'waits',
    (lot) => [
      lines(
        'GET /api/rooms HTTP/1.1',
        'Host: h',
        ...Array.from({ length: lot.pick([900, 2_100]) }, (_, n) => `a${n}: b`),
      ),
    ],
  ],
  [
    'a path that is too long',
    'waits',
    (lot) => [lines(`GET /${'a'.repeat(lot.pick([8_000, 15_000, 60_000]))} HTTP/1.1`, 'Host: h')],
  ],
  [
    'a first line that is none',
    'waits',
    (lot) => [
      lines(
        lot.pick([
          'GET',
          'GET  / HTTP/1.1',
          'GET / HTTP/1.1 x',
          'get / HTTP/1.1',
          'GET / HTTP/9.9',
          'GET / http/1.1',
          'G@T / HTTP/1.1',
          'GET \u00e4 HTTP/1.1',
          'GET /\u0001 HTTP/1.1',
          'GET / HTTP/1.1\u0000',
        ]),
        'Host: h',
      ),
    ],
  ],
  [
    'an old version',
    'waits',
    (lot) => [lines('GET /api/auth/jwks HTTP/1.0', ...lot.pick([[], ['Connection: keep-alive'], ['Host: h']]))],
  ],
  [
    'methods of proxies',
    'waits',
    (lot) => [lines(`${lot.pick(['CONNECT h:80', 'TRACE /', 'OPTIONS *', 'CONNECT /ws'])} HTTP/1.1`, 'Host: h')],
  ],
  [
    'an expectation',
    'waits',
    (lot) => [
      lines(
        login,
        'Host: h',
        json,
        'Content-Length: 2',
        `Expect: ${lot.pick(['100-continue', 'x', '100-continue, x'])}`,
      ),
      Buffer.from('{}'),
    ],
  ],
  [
    'a body nobody wants',
    'waits',
    () => [lines('GET /api/auth/jwks HTTP/1.1', 'Host: h', 'Content-Length: 5'), Buffer.from('hello')],
  ],
  [
    'a body that is too large',
    'waits',
    (lot) => [
      lines(login, 'Host: h', json, `Content-Length: ${limits.httpBodyBytes * 40}`),
      Buffer.alloc(lot.pick([1, 1_000_000]), 'x'),
    ],
  ],
  ['not reading', 'resets', () => flood(2_000, lines('GET /api/auth/jwks HTTP/1.1', 'Host: h'))],
];

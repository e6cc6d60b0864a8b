// The body of a request and the headers about it: by its schema, near it, or nothing of the kind.
import { limits } from '@natter/contracts/limits';
import { gzipSync } from 'node:zlib';
import { type Header, headerText } from './headers.js';
import { bytes, type Lot, weighted } from './lots.js';
import { mangle, mutate } from './mutate.js';
import { nastyText } from './nasty.js';
import type { Route } from '../harness/gateway-routes.js';
import { sample, type Words } from './sample.js';
import { Pairs, Raw, type Tree, write } from './tree.js';

export function content(lot: Lot, route: Route, method: string, words: Words): { headers: Header[]; body: Buffer } {
  const wantsBody = route.body !== undefined || (method === 'POST' && route.body === undefined);
  if (lot.chance(wantsBody ? 0.04 : 0.9)) return { headers: [], body: Buffer.alloc(0) };
  const base = route.body ? sample(route.body, 'body', lot, words) : new Pairs([]);
  const body = weighted<() => Buffer>(lot, [
    [50, () => Buffer.from(write(base).toWellFormed())],
    [36, () => Buffer.from(write(mutate(base, lot)).toWellFormed())],
    [10, () => mangle(base, lot, true)],
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

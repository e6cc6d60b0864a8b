// What a request says beside its target and its body: anything.
import type { Lot } from './lots.js';
import { nastyText } from './nasty.js';

export type Header = readonly [name: string, value: string];

/** As header bytes: what HTTP forbids there is left out. */
export const headerText = (text: string): string =>
  Buffer.from(text.toWellFormed(), 'utf8')
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, '')
    .slice(0, 8_000)
    .trim();

export function extras(lot: Lot): Header[] {
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

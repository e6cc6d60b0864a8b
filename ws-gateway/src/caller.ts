// Who stands at the door, and what can be said of them before any proof is looked at. Needs no other service, and little code: it
// runs when the rest of the process is still being loaded.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { NatterError } from '@natter/contracts/errors';
import { RoomRef } from '@natter/contracts/ids';
import { addressBlock, ClientAddress } from '@natter/service-kit/client-address';
import { RateLimiter } from '@natter/service-kit/rate-limiter';
import type { Config } from './config.js';
import { Refusal } from './refusal.js';

export const subprotocol = 'natter.v1';
const path = /^\/ws(?:\/(?:chat\/)?([^/]+))?\/?$/;

/** A request that may become a socket. */
export interface Caller {
  request: IncomingMessage;
  socket: Socket;
  /** What came with the request. */
  head: Buffer;
  /** Set for the one-room socket, not looked up yet. */
  room: string | undefined;
  query: URLSearchParams;
  /** By `performance.now()`: an answer later than this is none. */
  untilMs: number;
}

/** How fast one address may open sockets (of IPv6: one /64). */
const [openingsPerSecond, openingsBurst] = [20, 100];

export class CallerCheck {
  private readonly addresses: ClientAddress;
  private readonly rate: RateLimiter;
  private readonly origins: ReadonlySet<string>;

  constructor(config: Config) {
    this.addresses = new ClientAddress(config.NATTER_TRUSTED_PROXIES);
    const factor = config.NATTER_RATE_FACTOR;
    this.rate = new RateLimiter(openingsPerSecond * factor, openingsBurst * factor);
    this.origins = new Set(config.NATTER_ORIGINS);
  }

  /**
   * What an upgrade request asks for.
   * @throws NatterError `bad_request`, `rate_limited`, `not_found`, `method`, `origin`; Refusal 426 when it asks for another protocol
   */
  check(request: IncomingMessage): Pick<Caller, 'room' | 'query'> {
    demandHost(request);
    this.rate.take(addressBlock(this.addresses.of(request)));
    const url = parseUrl(request);
    const match = path.exec(url?.pathname ?? '');
    if (url === undefined || match === null) throw new NatterError('not_found');
    if (request.method !== 'GET') throw new NatterError('method');
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') throw upgradeNeeded();
    const { origin } = request.headers;
    if (origin !== undefined && !this.origins.has(origin)) throw new NatterError('origin');
    checkProtocol(request);
    return { room: roomOf(match[1]), query: url.searchParams };
  }

  /** Why a request that does not ask for a socket is refused. @throws NatterError as well */
  refusalOfPlain(request: IncomingMessage): NatterError {
    demandHost(request);
    return path.test(parseUrl(request)?.pathname ?? '') ? upgradeNeeded() : new NatterError('not_found');
  }
}

/** A request of HTTP/1.1 says to whom. */
function demandHost({ httpVersion, headers }: IncomingMessage): void {
  if (httpVersion === '1.1' && headers.host === undefined)
    throw new NatterError('bad_request', { detail: 'the header Host is missing' });
}

const upgradeNeeded = () => new Refusal(426, 'bad_request', 'a WebSocket is opened here', { upgrade: 'websocket' });

function checkProtocol(request: IncomingMessage): void {
  const offered = request.headers['sec-websocket-protocol'];
  if (offered === undefined) return;
  if (offered.split(',').some((name) => name.trim() === subprotocol)) return;
  throw new Refusal(426, 'bad_request', `only the subprotocol ${subprotocol} is spoken here`, {
    upgrade: 'websocket',
    'sec-websocket-protocol': subprotocol,
  });
}

function parseUrl(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '/', 'http://natter');
  } catch {
    return undefined;
  }
}

/** @throws NatterError `not_found` for what can be no room */
function roomOf(segment: string | undefined): string | undefined {
  if (segment === undefined) return undefined;
  try {
    const room = RoomRef.safeParse(decodeURIComponent(segment));
    if (room.success) return room.data;
  } catch {
    // Not even a proper URL.
  }
  throw new NatterError('not_found');
}

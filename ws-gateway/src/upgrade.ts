// The door: which requests become sockets. Everything that can be refused is refused here, before the upgrade, over HTTP.
import { Inject, Injectable } from '@nestjs/common';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NatterError } from '@natter/contracts/errors';
import { RoomRef } from '@natter/contracts/ids';
import { limits } from '@natter/contracts/limits';
import { addressBlock, ClientAddress } from '@natter/service-kit/client-address';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { type ServerOptions, WebSocketServer } from 'ws';
import { ClientSocket } from './client-socket.js';
import type { Config } from './config.js';
import { IdentityCheck, type SocketIdentity } from './identity.js';
import { GatewayMetrics } from './metrics.js';
import { OpeningRate } from './opening-rate.js';
import { Reception } from './reception.js';
import { problem, Refusal, refuse } from './refusal.js';

const subprotocol = 'natter.v1';
/** A closing handshake that takes longer is ended by force. */
const closeMs = 10_000;
/** After a restart everybody comes at once; what the system does not queue comes back seconds later. */
const backlog = 4_096;
const path = /^\/ws(?:\/(?:chat\/)?([^/]+))?\/?$/;

/** A request that may become a socket. `room` is set for the one-room socket, not looked up yet. */
export interface Guest extends SocketIdentity {
  room: string | undefined;
  query: URLSearchParams;
}

/** Takes over the socket. */
export type Welcome = (ws: ClientSocket, socket: Socket) => void;

@Injectable()
export class Door {
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  private readonly addresses: ClientAddress;
  private readonly rate: OpeningRate;
  private isDraining = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly identity: IdentityCheck,
    private readonly reception: Reception,
    private readonly metrics: GatewayMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.addresses = new ClientAddress(config.NATTER_TRUSTED_PROXIES);
    this.rate = new OpeningRate(config.NATTER_RATE_FACTOR);
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // ws would cut a socket that pings too fast, without a word.
      autoPong: false,
      maxPayload: limits.frame_bytes,
      closeTimeout: closeMs,
      WebSocket: ClientSocket,
      handleProtocols: () => subprotocol,
    };
    this.sockets = new WebSocketServer(options);
    this.sockets.on('wsClientError', (error, socket) =>
      this.refuse(socket, new Refusal(400, 'bad_request', error.message)),
    );
    this.server = createServer((request, response) => {
      const isSocketPath = path.test(parseUrl(request)?.pathname ?? '');
      const { status, headers, body } = problem(isSocketPath ? upgradeNeeded() : new NatterError('not_found'));
      response.writeHead(status, headers).end(body);
    });
    this.server.on('upgrade', (request, socket, head) => void this.admit(request, socket, head));
  }

  /** Starts to listen. @returns the port */
  async open(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      const { HOST: host, PORT: port } = this.config;
      this.server.once('error', reject).listen({ host, port, backlog }, resolve);
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : this.config.PORT;
  }

  /** Listens no longer; requests that are already here get 503. Open sockets stay. */
  close(): void {
    this.isDraining = true;
    this.server.close();
    this.server.closeIdleConnections();
  }

  private async admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const onEarlyError = () => socket.destroy();
    socket.on('error', onEarlyError);
    try {
      const guest = await this.check(request);
      const welcome = await this.reception.prepare(guest);
      if (this.isDraining) throw new NatterError('unavailable');
      socket.off('error', onEarlyError);
      this.sockets.handleUpgrade(request, socket, head, (ws) => welcome(ws as ClientSocket, socket as Socket));
    } catch (error) {
      if (!(error instanceof NatterError)) this.logger.error({ err: error }, 'upgrade failed');
      this.refuse(socket, error);
    }
  }

  private async check(request: IncomingMessage): Promise<Guest> {
    if (this.isDraining) throw new NatterError('unavailable');
    this.rate.take(addressBlock(this.addresses.of(request)), Date.now());
    const url = parseUrl(request);
    const match = path.exec(url?.pathname ?? '');
    if (url === undefined || match === null) throw new NatterError('not_found');
    if (request.method !== 'GET') throw new NatterError('method');
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') throw upgradeNeeded();
    this.identity.checkOrigin(request);
    this.checkProtocol(request);
    const identity = await this.identity.prove(request, url.searchParams);
    return { ...identity, room: roomOf(match[1]), query: url.searchParams };
  }

  private checkProtocol(request: IncomingMessage): void {
    const offered = request.headers['sec-websocket-protocol'];
    if (offered === undefined) return;
    if (offered.split(',').some((name) => name.trim() === subprotocol)) return;
    throw new Refusal(426, 'bad_request', `only the subprotocol ${subprotocol} is spoken here`, {
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': subprotocol,
    });
  }

  private refuse(socket: Duplex, error: unknown): void {
    this.metrics.refused(refuse(socket, error));
  }
}

const upgradeNeeded = () => new Refusal(426, 'bad_request', 'a WebSocket is opened here', { Upgrade: 'websocket' });

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

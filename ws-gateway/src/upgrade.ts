// The door: which callers become sockets. What can be refused is refused here, before the upgrade, over HTTP. A caller who cannot be
// looked at, because a part is away, is kept a while, then told when to come back.
import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'node:net';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import { type ServerOptions, WebSocketServer } from 'ws';
import { type Caller, subprotocol } from './caller.js';
import { ClientSocket } from './client-socket.js';
import { Doorstep } from './doorstep.js';
import { IdentityCheck, type SocketIdentity } from './identity.js';
import { Reception } from './reception.js';
import { Refusal } from './refusal.js';

/** A closing handshake that takes longer is ended by force. */
const closeMs = 10_000;
/** Callers that are being looked at; more are refused with 503. */
const maxCallers = 10_000;

/** A caller who has proved who they are. */
export interface Guest extends SocketIdentity, Pick<Caller, 'room' | 'query'> {}

/** Takes over the socket. */
export type Welcome = (ws: ClientSocket, socket: Socket) => void;

@Injectable()
export class Door {
  private readonly sockets: WebSocketServer;
  private callers = 0;
  private isDraining = false;

  constructor(
    private readonly doorstep: Doorstep,
    private readonly identity: IdentityCheck,
    private readonly reception: Reception,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
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
    this.sockets.on('wsClientError', (error, socket, request) =>
      this.doorstep.refuse(socket as Socket, new Refusal(400, 'bad_request', error.message), request),
    );
  }

  /** Nobody comes in any more; callers that are still here get 503. Open sockets stay. */
  close(): void {
    this.isDraining = true;
    this.doorstep.close();
  }

  /** Lets a caller in, refuses them, or sends them away; never throws. */
  async admit(caller: Caller): Promise<void> {
    const { request, socket, head } = caller;
    try {
      if (this.callers >= maxCallers) throw new NatterError('unavailable');
      const welcome = await this.look(caller);
      if (this.isDraining) throw new NatterError('unavailable');
      this.sockets.handleUpgrade(request, socket, head, (ws) => welcome(ws as ClientSocket, socket));
    } catch (error) {
      if (!(error instanceof NatterError)) this.logger.error({ err: error }, 'upgrade failed');
      if (isAway(error) && !this.isDraining && this.callers < maxCallers) void this.doorstep.sendAway(caller);
      else this.doorstep.refuse(socket, error, request);
    }
  }

  /** @throws NatterError to refuse */
  private async look(caller: Caller): Promise<Welcome> {
    this.callers++;
    try {
      const { room, query } = caller;
      const identity = await this.patiently(caller, (timeoutMs) => this.identity.prove(caller, timeoutMs));
      return await this.patiently(caller, (timeoutMs) =>
        this.reception.prepare({ ...identity, room, query }, timeoutMs),
      );
    } finally {
      this.callers--;
    }
  }

  /** Asks again while a part is away, for as long as the caller may be kept. */
  private async patiently<T>(caller: Caller, ask: (timeoutMs: number) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const leftMs = caller.untilMs - performance.now();
      try {
        return await ask(Math.max(1, Math.ceil(leftMs)));
      } catch (error) {
        // Only what was surely not done is asked again: a ticket opens one socket, once.
        const mayAsk = error instanceof NatterError && error.code === 'unavailable';
        const waitMs = retryDelay(attempt, 100, 500);
        const isOver = this.isDraining || caller.socket.destroyed || waitMs >= leftMs;
        if (!mayAsk || isOver) throw error;
        await sleep(waitMs);
      }
    }
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof NatterError && (error.code === 'unavailable' || error.code === 'timeout');

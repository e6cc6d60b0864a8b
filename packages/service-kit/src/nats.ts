// The bus: how we connect, and the one place that knows the envelopes of Nest's NATS transport.
import {
  type Authenticator,
  AuthorizationError,
  connect,
  createInbox,
  type NatsConnection,
  type NodeConnectionOptions,
  PermissionViolationError,
} from '@nats-io/transport-node';
import { type ErrorCode, type ErrorDetails, isErrorCode, NatterError } from '@natter/contracts/errors';
import type { ReplyOf, RequestOf, Rpc } from '@natter/contracts/rpc';
import { inboxOf } from '@natter/contracts/subjects';
import { signerOf } from '../nkeys.mjs';
import type { BaseConfig } from './config.js';
import type { Logger } from './logger.js';

export type { NatsConnection };

/** Where the bus is, and the seed of the key a service has there; a nats-server without locks takes anybody. */
export type BusAddress = Pick<BaseConfig, 'NATS_URL'> & Partial<Pick<BaseConfig, 'NATS_NKEY_SEED'>>;

/**
 * Reconnects for ever, with jitter; a dead peer is noticed within 10 s.
 *
 * @param service whose inbox hears the answers
 * @param name of the connection, as nats-server lists it
 */
export const natsOptions = (
  service: string,
  { NATS_URL, NATS_NKEY_SEED: seed }: BusAddress,
  name: string,
): NodeConnectionOptions => ({
  servers: NATS_URL.split(','),
  name,
  inboxPrefix: inboxOf(service),
  ...(seed !== undefined && { authenticator: signerOf(seed) }),
  // nats-server also refuses who signs too late, which a process may that was frozen: no reason to give up for ever.
  ignoreAuthErrorAbort: true,
  waitOnFirstConnect: true,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 200,
  reconnectJitter: 300,
  pingInterval: 5_000,
  maxPingOut: 2,
  timeout: 5_000,
  noAsyncTraces: true, // else each request makes an Error, in case it fails
});

const notLetIn = 'NATS does not let this service in: is the key of NATS_NKEY_SEED one that nats-server knows?';

/** A NATS connection that knows whether it is up: while it is not, publishing would only fill memory. */
export class Bus {
  private up = true;
  private refused = false;
  private readonly reconnected = new Set<() => void>();

  private constructor(
    readonly nc: NatsConnection,
    private readonly service: string,
    private readonly logger: Logger,
  ) {
    void this.watch();
  }

  /** Waits until there is a nats-server that lets the service in; says so when one does not. */
  static async connect(service: string, address: BusAddress, name: string, logger: Logger): Promise<Bus> {
    const options = natsOptions(service, address, name);
    const sign = options.authenticator as Authenticator | undefined;
    let asked = 0;
    const authenticator: Authenticator = (nonce) => {
      if (++asked === 3 && nc === undefined) logger.error(notLetIn);
      return sign?.(nonce);
    };
    let nc: NatsConnection | undefined;
    nc = await connect({ ...options, authenticator });
    return new Bus(nc, service, logger);
  }

  get isUp(): boolean {
    return this.up && !this.nc.isClosed();
  }

  /** A subject of our own on which nobody has answered yet. */
  newInbox(): string {
    return createInbox(inboxOf(this.service));
  }

  /** Calls back after each reconnect: what was published meanwhile has not been heard. */
  onReconnect(callback: () => void): void {
    this.reconnected.add(callback);
  }

  publishJson(subject: string, value: unknown): void {
    if (this.isUp) this.nc.publish(subject, JSON.stringify(value));
  }

  /** Subscribes to JSON events; one that cannot be read, or whose handler fails, is logged and dropped. */
  onJson<Event>(subject: string, handler: (event: Event) => void): void {
    this.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error) return;
        try {
          handler(message.json<Event>());
        } catch (err) {
          this.logger.error({ err, subject }, 'event not handled');
        }
      },
    });
  }

  /** Answers a call that is for this process alone (a call to any replica of a service goes by Nest); `handle` does not wait. */
  answer<R extends Rpc>(definition: R, handle: (request: RequestOf<R>) => ReplyOf<R>): void {
    this.nc.subscribe(definition.subject, {
      callback: (error, message) => {
        if (error) return;
        try {
          const { data, id } = message.json<{ data: unknown; id: string }>();
          const request = definition.request.safeParse(data);
          const fault: RpcFault = { code: 'bad_request', details: {} };
          const answer = request.success ? { response: handle(request.data as RequestOf<R>) } : { err: fault };
          message.respond(JSON.stringify({ ...answer, isDisposed: true, id }));
        } catch (err) {
          this.logger.error({ err, subject: definition.subject }, 'call not answered');
        }
      },
    });
  }

  /** Sends what is under way, then closes. */
  async close(): Promise<void> {
    if (this.nc.isClosed()) return;
    if (this.up) await this.nc.drain();
    else await this.nc.close();
  }

  private async watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') {
        if (this.up) this.logger.warn('NATS is away');
        this.up = false;
      } else if (status.type === 'error') {
        this.heed(status.error);
      } else if (status.type === 'reconnect') {
        this.up = true;
        this.refused = false;
        this.logger.warn('NATS is back');
        for (const callback of this.reconnected) callback();
      }
    }
  }

  private heed(error: Error): void {
    if (error instanceof PermissionViolationError) {
      const { operation, subject } = error;
      this.logger.error({ operation, subject }, 'NATS refused what the key of this service does not open');
    } else if (error instanceof AuthorizationError && !this.refused) {
      this.refused = true;
      this.logger.error(notLetIn);
    }
  }
}

// ---- Nest's envelopes ---------------------------------------------------------------------------------------------------

/** What a failed call carries back. */
export interface RpcFault {
  code: ErrorCode;
  details: ErrorDetails;
}

let calls = 0;

export const encodeRequest = (subject: string, data: unknown): string =>
  JSON.stringify({ pattern: subject, data, id: String(++calls) });

/** @throws NatterError the one the other side answered, or `internal` for an answer that is none of ours */
export function decodeReply(bytes: { json<T>(): T }): unknown {
  const packet = bytes.json<{ err?: Partial<RpcFault>; response?: unknown }>();
  if (packet.err === undefined || packet.err === null) return packet.response;
  const { code, details } = packet.err;
  throw isErrorCode(code) ? new NatterError(code, details) : new NatterError('internal');
}

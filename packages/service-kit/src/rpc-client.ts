// Calls to other services: typed by contracts, with a timeout, and with errors as the other side meant them.
import { headers, NoRespondersError, RequestError, TimeoutError } from '@nats-io/transport-node';
import { NatterError } from '@natter/contracts/errors';
import type { InputOf, ReplyOf, Rpc } from '@natter/contracts/rpc';
import { type Bus, decodeReply, encodeRequest } from './nats.js';

export interface CallOptions {
  timeoutMs?: number;
  requestId?: string;
}

export class RpcClient {
  constructor(private readonly bus: Bus) {}

  /**
   * Calls one replica of the service that answers `definition.subject`.
   *
   * @throws NatterError the code that service answered; `unavailable` when nobody listens or NATS is away: not done;
   *   `timeout` after `timeoutMs`: it may have been done
   */
  async call<R extends Rpc>(definition: R, request: InputOf<R>, options: CallOptions = {}): Promise<ReplyOf<R>> {
    if (!this.bus.isUp) throw new NatterError('unavailable', { retryAfterMs: 1_000 });
    const meta = options.requestId === undefined ? undefined : headers();
    meta?.set('x-request-id', options.requestId ?? '');
    try {
      const reply = await this.bus.nc.request(definition.subject, encodeRequest(definition.subject, request), {
        timeout: options.timeoutMs ?? definition.timeoutMs,
        ...(meta && { headers: meta }),
      });
      return decodeReply(reply) as ReplyOf<R>;
    } catch (error) {
      throw asNatterError(error);
    }
  }
}

function asNatterError(error: unknown): NatterError {
  if (error instanceof NatterError) return error;
  const cause = error instanceof RequestError && error.cause !== undefined ? error.cause : error;
  if (cause instanceof TimeoutError) return new NatterError('timeout', { retryAfterMs: 1_000 }, { cause });
  if (error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders()))
    return new NatterError('unavailable', { retryAfterMs: 1_000 }, { cause });
  return new NatterError('unavailable', { retryAfterMs: 1_000 }, { cause: error });
}

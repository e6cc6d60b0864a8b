// On one machine all stands behind one port: what opens a socket under /ws is passed, byte for byte, to a ws-gateway. We look at
// the request's head and at the first line of the answer, and at nothing after that.
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Counter, Gauge, Registry } from '@natter/service-kit/metrics';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import type { Config } from '../config.js';
import { ClientAddress } from '@natter/service-kit/client-address';
import { problemAnswer, rawProblem } from '@natter/service-kit/problem';
import { requestIdOf } from '@natter/service-kit/request-id';
import { isUnder, originForm } from '../http/target.js';
import { handshake } from './handshake.js';
import { writeHead } from './request-head.js';
import { type Upstream, Upstreams } from './upstreams.js';

/** More are refused with 503: each costs two file descriptors. */
const maxSockets = 20_000;
/** Within 5 s the caller has an answer, whatever the ws-gateways do; they may ask the auth-service first. */
const answerMs = limits.answerMs - 500;
/** When one side has closed, or said its last word, the other gets this long. */
const lingerMs = 5_000;

type Outcome = 'passed' | 'refused' | 'unavailable';

@Injectable()
export class WsPass {
  private readonly upstreams: Upstreams;
  private readonly clients = new Set<Socket>();
  private readonly outcomes: Counter<'outcome'>;
  private isClosing = false;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly addresses: ClientAddress,
    registry: Registry,
  ) {
    this.upstreams = new Upstreams(config.WS_UPSTREAMS);
    this.outcomes = new Counter({
      name: 'natter_sockets_passed_total',
      help: 'requests for a socket: passed, refused by the ws-gateway or by us, or unavailable',
      labelNames: ['outcome'],
      registers: [registry],
    });
    const { clients } = this;
    const passing = new Gauge({
      name: 'natter_sockets_passing',
      help: 'sockets that are passed to a ws-gateway now',
      registers: [],
      collect() {
        this.set(clients.size);
      },
    });
    registry.registerMetric(passing);
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, first: Buffer) => {
      socket.setTimeout(0);
      if (socket.listenerCount('error') === 0) socket.on('error', () => socket.destroy());
      const target = originForm(request.url ?? '/');
      const isSocket = /(^|,)\s*websocket\s*(,|$)/i.test(request.headers.upgrade ?? '');
      if (isSocket && isUnder('/ws', target.split('?', 1)[0] ?? '')) void this.take(request, target, socket, first);
      else asPlainRequest(server, request, socket, first);
    });
  }

  /** Lets go of every socket. */
  close(): void {
    this.isClosing = true;
    for (const client of this.clients) client.destroy();
  }

  private async take(request: IncomingMessage, target: string, client: Socket, first: Buffer): Promise<void> {
    this.clients.add(client);
    client.once('close', () => this.clients.delete(client));
    const requestId = requestIdOf(request.headers);
    const refusal = this.refusalOf(request);
    const outcome = refusal ?? (await this.pass(request, target, requestId, client, first));
    this.outcomes.inc({ outcome: typeof outcome === 'string' ? outcome : 'refused' });
    if (outcome === 'passed' || outcome === 'refused') return;
    const error = outcome === 'unavailable' ? new NatterError('unavailable', { retryAfterMs: 1_000 }) : outcome;
    client.end(rawProblem(problemAnswer(error, requestId)));
    destroyLater(client);
  }

  private refusalOf({ method, headers }: IncomingMessage): NatterError | undefined {
    if (this.upstreams.isEmpty) return new NatterError('not_found');
    if (method !== 'GET') return new NatterError('bad_request', { detail: 'a socket is opened by GET' });
    if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
      return new NatterError('bad_request', { detail: 'a request for a socket has no body' });
    if (this.clients.size > maxSockets || this.isClosing) return new NatterError('unavailable');
    return undefined;
  }

  /** Tries one ws-gateway after the other, and all of them again while the caller may wait: they may be starting. */
  private async pass(
    request: IncomingMessage,
    target: string,
    requestId: string,
    client: Socket,
    first: Buffer,
  ): Promise<Outcome> {
    // The chain that came in is not passed on: what we found in it is all that counts.
    const address = this.addresses.of(request);
    const own = { Connection: 'Upgrade', Upgrade: 'websocket', 'X-Forwarded-For': address, 'X-Request-Id': requestId };
    const head = writeHead(request, target, own);
    const deadlineMs = performance.now() + answerMs;
    for (let round = 0; ; round++) {
      for (const upstream of this.upstreams.inTurn()) {
        const outcome = await this.passTo(upstream, head, deadlineMs, client, first);
        if (outcome !== undefined) return outcome;
      }
      const waitMs = retryDelay(round, 50, 400);
      if (performance.now() + waitMs > deadlineMs || client.destroyed || this.isClosing) return 'unavailable';
      await sleep(waitMs);
    }
  }

  /** Undefined when this ws-gateway is away, or draining (503). */
  private async passTo(
    upstream: Upstream,
    head: Buffer,
    deadlineMs: number,
    client: Socket,
    first: Buffer,
  ): Promise<Outcome | undefined> {
    const answer = await handshake(upstream, head, deadlineMs);
    const isAway = typeof answer === 'string' || answer.status === 503;
    if (isAway) this.upstreams.failed(upstream);
    // Somebody has the request and may act on it: a second one must not have it too.
    if (answer === 'silent') return 'unavailable';
    if (answer === 'refused') return undefined;
    if (isAway || client.destroyed || this.isClosing) answer.socket.destroy();
    if (client.destroyed || this.isClosing) return 'unavailable';
    if (isAway) return undefined;
    join(client, answer.socket);
    client.write(answer.words);
    answer.socket.pipe(client);
    if (answer.status !== 101) {
      // Refused: no word of the client's goes there any more, or it could ask again past our checks.
      answer.socket.end();
      destroyLater(client, answer.socket);
      return 'refused';
    }
    client.setNoDelay(true);
    answer.socket.write(first);
    client.pipe(answer.socket);
    return 'passed';
  }
}

/** When one side ends, the other has a moment to end too; nothing stays behind. Back-pressure is `pipe`'s. */
function join(client: Socket, upstream: Socket): void {
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.once('end', () => destroyLater(one, other));
    one.once('close', () => {
      other.end();
      destroyLater(other);
    });
  }
}

function destroyLater(...sockets: Socket[]): void {
  setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, lingerMs).unref();
}

/**
 * A request with an Upgrade that is none of ours, such as `h2c`, is a request like any other: the offer may be ignored. Node
 * cannot be told so, hence it gets the connection again, with a head that offers nothing and asks nothing after it.
 */
function asPlainRequest(server: Server, request: IncomingMessage, socket: Socket, first: Buffer): void {
  const head = writeHead(request, request.url ?? '/', { Connection: 'close' });
  socket.unshift(Buffer.concat([head, first]));
  server.emit('connection', socket);
}

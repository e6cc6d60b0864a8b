// What every request passes before a route is asked: a name, an address, the origin check; and what becomes of those that no
// route knows.
import { Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WebClient } from '../web-client.js';
import { addressBlock, ClientAddress } from '@natter/service-kit/client-address';
import { problemAnswer } from '@natter/service-kit/problem';
import { sleep } from '@natter/service-kit/retry';
import { SleepWatch } from '@natter/service-kit/sleep-watch';
import { Origins } from './origins.js';
import { RateLimiter } from '@natter/service-kit/rate-limiter';
import { RouteTable } from './route-table.js';
import { brokenParameter, isUnder, pathOf } from './target.js';

const wakeMs = 1_000;

@Injectable()
export class Edge {
  private readonly routes = new RouteTable();
  /** By then the system has told of the callers who hung up while we slept. */
  private readonly sleep = new SleepWatch(() => sleep(wakeMs));

  constructor(
    private readonly addresses: ClientAddress,
    private readonly origins: Origins,
    private readonly rates: RateLimiter,
    private readonly web: WebClient,
  ) {}

  /** To be called before any route is registered. */
  attach(instance: FastifyInstance): void {
    this.routes.watch(instance);
    instance.decorateRequest('address', '');
    instance.decorateRequest('identity', null);
    instance.decorateRequest('deadlineMs', 0);
    instance.addHook('onRequest', async (request, reply) => {
      if (this.admit(request, reply)) return reply;
      return request.is404 ? this.withoutRoute(request, reply) : undefined;
    });
  }

  /** True when the request has been answered. */
  private admit(request: FastifyRequest, reply: FastifyReply): boolean {
    request.address = this.addresses.of(request.raw);
    reply.header('x-request-id', request.id);
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      throw new NatterError('bad_request', { detail: 'the header Host is missing' });
    // The route's own path where there is one: it cannot be spelled in another way.
    const path = request.routeOptions.url ?? pathOf(request.raw.url ?? '/') ?? '/';
    if (!isUnder('/api', path) && !isUnder('/ws', path)) return false;
    reply.header('cache-control', 'no-store');
    const isReading = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    if (!isReading && this.sleep.isWaking) throw new NatterError('unavailable', { retryAfterMs: wakeMs });
    if (this.origins.admit(request, reply)) return true;
    const broken = brokenParameter(request.raw.url ?? '/');
    if (broken === undefined) return false;
    const detail = `${broken}: text in UTF-8, percent-encoded`;
    throw new NatterError('invalid', { detail, fields: [{ field: broken, code: 'invalid' }] });
  }

  /** Under /api: 404, or 405 for a path that knows other methods. Elsewhere: the web client. */
  private async withoutRoute(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = pathOf(request.raw.url ?? '/');
    if (path === undefined) throw new NatterError('bad_request', { detail: 'the path cannot be decoded' });
    if (isUnder('/ws', path)) return upgradeRequired(request, reply);
    if (isUnder('/api', path)) this.rates.take(addressBlock(request.address));
    const isPage = !isUnder('/api', path) && this.routes.methodsOf(path).length === 0;
    const methods = isPage ? ['GET', 'HEAD', 'OPTIONS'] : this.routes.methodsOf(path);
    if (methods.length === 0) throw new NatterError('not_found');
    if (isPage && (request.method === 'GET' || request.method === 'HEAD')) return this.web.send(path, reply);
    reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new NatterError('method');
  }
}

/** Somebody asks for a socket's path as if it were a page. */
function upgradeRequired(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = new NatterError('bad_request', { detail: 'open a WebSocket here' });
  const { status, headers, body } = problemAnswer(error, request.id, 426);
  return reply
    .code(status)
    .headers({ ...headers, upgrade: 'websocket' })
    .send(body);
}

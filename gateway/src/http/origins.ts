// Which web pages may speak to us. An Origin that is present and not allowed is refused, reads included.
import { NatterError } from '@natter/contracts/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';

const preflightSeconds = '600';
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const requestHeaders = 'Authorization, Content-Type, Idempotency-Key, X-Natter, X-Request-Id';
const answerHeaders = 'Allow, Retry-After, X-Request-Id';

export class Origins {
  private readonly allowed: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.allowed = new Set(origins);
  }

  /** The allowed origins as sockets know them, for the Content-Security-Policy. */
  get socketOrigins(): string[] {
    return [...this.allowed].map((origin) => origin.replace(/^http/, 'ws'));
  }

  /** Where a caller finds the web client, for links: the origin they come from or speak to, else the first; '' when there is none. */
  linkBase({ headers: { origin, host } }: FastifyRequest): string {
    const own = [origin, `https://${host}`, `http://${host}`].find((one) => one !== undefined && this.allowed.has(one));
    return own ?? this.allowed.values().next().value ?? '';
  }

  /**
   * Names the origin in the answer when there is one.
   *
   * @returns true when the request was a preflight and has been answered
   * @throws NatterError `origin`
   */
  admit(request: FastifyRequest, reply: FastifyReply): boolean {
    const { origin } = request.headers;
    reply.header('vary', 'Origin');
    if (origin === undefined) return false;
    if (!this.allowed.has(origin)) throw new NatterError('origin');
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': answerHeaders,
    });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
    reply.headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': requestHeaders,
      'access-control-max-age': preflightSeconds,
    });
    void reply.code(204).send();
    return true;
  }
}

// What a controller is told of a request: who asks, from where, and under which name the services hear of it.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { CallOptions } from '@natter/service-kit/rpc-client';
import type { FastifyRequest } from 'fastify';

const userAgentChars = 512;
/** A call does not wait longer, however much time is left. */
const callMs = 4_000;
/** What is left for a call when the time is up: it fails as it would for a service that is silent. */
const leastMs = 50;

/** Somebody, signed in or not. Handed to `RpcClient.call` as it is: the request's id goes along, and the wait fits the time left. */
export class Visitor {
  readonly requestId: string;
  readonly origin: { ip: string; user_agent: string };
  private readonly deadlineMs: number;

  constructor(request: FastifyRequest) {
    this.requestId = request.id;
    this.deadlineMs = request.deadlineMs;
    const userAgent = request.headers['user-agent'] ?? '';
    this.origin = { ip: request.address, user_agent: userAgent.slice(0, userAgentChars) };
  }

  /** What is left of the time in which the request must be answered. */
  get timeoutMs(): number {
    return Math.max(leastMs, Math.min(callMs, this.deadlineMs - performance.now()));
  }

  /** The same for a call that may not take all of it. */
  within(maxMs: number): CallOptions {
    return { requestId: this.requestId, timeoutMs: Math.min(maxMs, this.timeoutMs) };
  }
}

/** A user. */
export class Caller extends Visitor {
  readonly user: string;
  readonly session: string;

  /** @throws NatterError `unauthenticated` for nobody */
  constructor(request: FastifyRequest) {
    super(request);
    if (request.identity === null) throw new NatterError('unauthenticated');
    this.user = request.identity.user;
    this.session = request.identity.session;
  }
}

const keyPattern = new RegExp(`^[\\x21-\\x7e]{1,${limits.idempotencyKeyChars}}$`);

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

export const FromVisitor = createParamDecorator((_: unknown, context) => new Visitor(requestOf(context)));
export const FromCaller = createParamDecorator((_: unknown, context) => new Caller(requestOf(context)));

/** The `Idempotency-Key`, when there is one. @throws NatterError `invalid` when it is longer than 64 visible characters, or empty */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = requestOf(context).headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  throw new NatterError('invalid', {
    detail: `Idempotency-Key: 1–${limits.idempotencyKeyChars} visible ASCII characters`,
    fields: [{ field: 'Idempotency-Key', code: 'invalid' }],
  });
});

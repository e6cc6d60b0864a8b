// What a controller is told of a request: who asks, from where, and under which name the services hear of it.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { FastifyRequest } from 'fastify';

/** Somebody, signed in or not. Handed to `RpcClient.call` as it is: `requestId` goes along. */
export interface Visitor {
  requestId: string;
  origin: { ip: string; user_agent: string };
}

/** A user. */
export interface Caller extends Visitor {
  user: string;
  session: string;
}

const userAgentChars = 512;
const keyPattern = new RegExp(`^[\\x21-\\x7e]{1,${limits.idempotencyKeyChars}}$`);

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

const visitorOf = (request: FastifyRequest): Visitor => ({
  requestId: request.id,
  origin: { ip: request.address, user_agent: (request.headers['user-agent'] ?? '').slice(0, userAgentChars) },
});

export const FromVisitor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Visitor => visitorOf(requestOf(context)),
);

export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const request = requestOf(context);
  if (request.identity === null) throw new NatterError('unauthenticated');
  const { user, session } = request.identity;
  return { ...visitorOf(request), user, session };
});

/** The `Idempotency-Key`, when there is one. @throws NatterError `invalid` when it is longer than 64 visible characters, or empty */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = requestOf(context).headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  throw new NatterError('invalid', { fields: [{ field: 'Idempotency-Key', code: 'format' }] });
});

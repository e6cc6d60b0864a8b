// Who asks, and may they: identify, count, demand the header that no foreign page can send, demand a sign-in. In this order,
// so that a flood is refused cheaply and a wrong token is counted by its address. Bodies are read only after it.
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { type Identity, TokenVerifier } from '@natter/service-kit/token-verifier';
import type { FastifyRequest } from 'fastify';
import { Usernames } from '../messages/usernames.js';
import { addressBlock } from '@natter/service-kit/client-address';
import { RateLimiter } from '@natter/service-kit/rate-limiter';
import { TokenCookies } from './token-cookies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the request came from; see `ClientAddress`. */
    address: string;
    /** Who it speaks for; null when nobody (then only public routes go on). */
    identity: Identity | null;
    /** By when it must be answered, by `performance.now()`. */
    deadlineMs: number;
  }
}

/** Of the 5 s that the contract gives, what is left to the services once a request is here. */
const answerMs = limits.answerMs - 300;

/** From now on counts the time in which a request must be answered: where its body is read later, when it has come. */
export const startAnswer = (request: FastifyRequest): void => {
  request.deadlineMs = performance.now() + answerMs;
};

/** `probe`: for everybody, not counted. */
export type Level = 'public' | 'probe';

/** Where `Access` writes its level. */
export const ACCESS = Symbol('access');

/** Opens a route to those who are not signed in. All other routes are for users. */
export const Access = (level: Level) => SetMetadata(ACCESS, level);

/** The token of `Authorization: Bearer`; other schemes are none of ours. */
export const bearerToken = (request: FastifyRequest): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];

/** What is authenticated by cookie needs a header that no foreign page can send. @throws NatterError `csrf` */
export function demandOwnPage(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (request.headers['x-natter'] !== '1') throw new NatterError('csrf');
}

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
    private readonly cookies: TokenCookies,
    private readonly rates: RateLimiter,
    private readonly usernames: Usernames,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const level = this.reflector.getAllAndOverride<Level | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (level === 'probe') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    startAnswer(request);
    const bearer = bearerToken(request);
    const found = await this.identify(bearer ?? this.cookies.access(request));
    if (found instanceof NatterError) this.rates.take(addressBlock(request.address));
    else this.rates.take(found.user);
    if (!(found instanceof NatterError)) request.identity = found;
    if (level === 'public') return true;
    if (bearer === undefined && this.cookies.access(request) !== undefined) demandOwnPage(request);
    if (found instanceof NatterError) throw found;
    this.usernames.meet(found.user, request.id);
    return true;
  }

  private async identify(token: string | undefined): Promise<Identity | NatterError> {
    if (token === undefined) return new NatterError('unauthenticated');
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof NatterError) return error;
      throw error;
    }
  }
}

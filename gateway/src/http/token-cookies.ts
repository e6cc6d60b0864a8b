// Both tokens of a browser, in cookies no script can read. Plain HTTP has neither Secure nor the prefixes that demand it.
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { IssuedTokens } from '@natter/contracts/auth';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The refresh token is sent nowhere else. */
const refreshPath = '/api/auth';

export class TokenCookies {
  readonly accessName: string;
  readonly refreshName: string;
  private readonly base: CookieSerializeOptions;

  constructor(insecureHttp: boolean) {
    this.accessName = insecureHttp ? 'natter_access' : '__Host-natter_access';
    this.refreshName = insecureHttp ? 'natter_refresh' : '__Secure-natter_refresh';
    this.base = { httpOnly: true, sameSite: 'lax', secure: !insecureHttp };
  }

  set(reply: FastifyReply, tokens: IssuedTokens): void {
    reply.setCookie(this.accessName, tokens.access_token, { ...this.base, path: '/', maxAge: tokens.expires_in });
    reply.setCookie(this.refreshName, tokens.refresh_token, {
      ...this.base,
      path: refreshPath,
      maxAge: tokens.refresh_expires_in,
    });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.accessName, { ...this.base, path: '/' });
    reply.clearCookie(this.refreshName, { ...this.base, path: refreshPath });
  }

  access(request: FastifyRequest): string | undefined {
    return request.cookies[this.accessName] || undefined;
  }

  refresh(request: FastifyRequest): string | undefined {
    return request.cookies[this.refreshName] || undefined;
  }
}

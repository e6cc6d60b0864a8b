// Proof of identity of a new socket, first found: Authorization header, ticket, cookie. And the rules about origins.
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { redeemTicket } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { CONFIG } from '@natter/service-kit/kit.module';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import type { Config } from './config.js';

export interface SocketIdentity {
  user: string;
  session: string;
}

@Injectable()
export class IdentityCheck {
  private readonly origins: ReadonlySet<string>;
  private readonly cookie: string;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly verifier: TokenVerifier,
    private readonly rpc: RpcClient,
  ) {
    this.origins = new Set(config.NATTER_ORIGINS);
    this.cookie = config.NATTER_INSECURE_HTTP ? 'natter_access' : '__Host-natter_access';
  }

  /** @throws NatterError `origin` when the request names an origin that is not allowed */
  checkOrigin(request: IncomingMessage): void {
    const { origin } = request.headers;
    if (origin !== undefined && !this.origins.has(origin.toLowerCase())) throw new NatterError('origin');
  }

  /**
   * Who asks for a socket. The origin has been checked.
   * @throws NatterError `unauthenticated`, `session_revoked`; `forbidden` for a disabled account; `origin` for a cookie without
   *   one; `unavailable` or `timeout` when the auth-service was needed and is away
   */
  async prove(request: IncomingMessage, query: URLSearchParams): Promise<SocketIdentity> {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.verifier.verify(bearer);
    const ticket = query.get('ticket');
    if (ticket !== null) return this.redeem(ticket);
    const token = cookieValue(request.headers.cookie, this.cookie);
    if (token === undefined) throw new NatterError('unauthenticated');
    if (request.headers.origin === undefined) throw new NatterError('origin');
    return this.verifier.verify(token);
  }

  private async redeem(ticket: string): Promise<SocketIdentity> {
    if (ticket === '' || ticket.length > 256) throw new NatterError('unauthenticated');
    const identity = await this.rpc.call(redeemTicket, { ticket });
    if (this.verifier.isEnded(identity.session)) throw new NatterError('session_revoked');
    return identity;
  }
}

/** The value of a cookie; of several of one name, the first. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

// Proof of identity of a new socket, first found: Authorization header, ticket, cookie.
import { Inject, Injectable } from '@nestjs/common';
import { redeemTicket } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { CONFIG } from '@natter/service-kit/kit.module';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import type { Caller } from './caller.js';
import type { Config } from './config.js';

export interface SocketIdentity {
  user: string;
  session: string;
}

@Injectable()
export class IdentityCheck {
  private readonly cookie: string;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly verifier: TokenVerifier,
    private readonly rpc: RpcClient,
  ) {
    this.cookie = config.NATTER_INSECURE_HTTP ? 'natter_access' : '__Host-natter_access';
  }

  /**
   * Who asks for a socket. The origin has been checked.
   * @param timeoutMs for a call of the auth-service, where one is needed
   * @throws NatterError `unauthenticated`, `session_revoked`; `forbidden` for a disabled account; `origin` for a cookie without
   *   one; `unavailable` or `timeout` when the auth-service was needed and is away
   */
  async prove({ request, query }: Caller, timeoutMs: number): Promise<SocketIdentity> {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.verifier.verify(bearer);
    const ticket = query.get('ticket');
    if (ticket !== null) return this.redeem(ticket, timeoutMs);
    const token = cookieValue(request.headers.cookie, this.cookie);
    if (token === undefined) throw new NatterError('unauthenticated');
    if (request.headers.origin === undefined) throw new NatterError('origin');
    return this.verifier.verify(token);
  }

  private async redeem(ticket: string, timeoutMs: number): Promise<SocketIdentity> {
    if (ticket === '' || ticket.length > 256) throw new NatterError('unauthenticated');
    const identity = await this.rpc.call(redeemTicket, { ticket }, { timeoutMs });
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

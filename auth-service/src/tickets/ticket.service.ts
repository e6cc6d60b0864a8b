// Tickets: how a browser opens a socket at a place its cookies do not go to.
import { Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { Clock } from '../clock.js';
import { SessionService } from '../sessions/session.service.js';
import { newSecret, secretHash } from '../tokens/secret.js';
import { TicketRepository } from './ticket.repository.js';

@Injectable()
export class TicketService {
  constructor(
    private readonly tickets: TicketRepository,
    private readonly sessions: SessionService,
    private readonly clock: Clock,
  ) {}

  /** @throws NatterError `session_revoked` when the session has ended, `forbidden` when the account is disabled */
  async create(actor: string, session: string): Promise<{ ticket: string; expires_in: number }> {
    await this.sessions.requireLive(session, actor);
    const ticket = newSecret();
    await this.tickets.insert({
      hash: secretHash(ticket),
      userId: actor,
      sessionId: session,
      expiresAt: new Date(this.clock.now() + limits.ticketMs),
    });
    return { ticket, expires_in: limits.ticketMs / 1_000 };
  }

  /** Once, in time, and while its session lives. @throws NatterError `forbidden` for a disabled account, else `unauthenticated` */
  async redeem(ticket: string): Promise<{ user: string; session: string }> {
    const taken = await this.tickets.take(secretHash(ticket));
    if (taken === null || taken.expiresAt.getTime() <= this.clock.now()) throw new NatterError('unauthenticated');
    await this.sessions.requireLive(taken.sessionId, taken.userId).catch((error: unknown) => {
      const hasEnded = error instanceof NatterError && error.code === 'session_revoked';
      throw hasEnded ? new NatterError('unauthenticated') : error;
    });
    return { user: taken.userId, session: taken.sessionId };
  }
}

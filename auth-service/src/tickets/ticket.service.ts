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

  /** @throws NatterError `session_revoked` when the session has ended */
  async create(actor: string, session: string): Promise<{ ticket: string; expires_in: number }> {
    if (!(await this.sessions.isLive(session, actor))) throw new NatterError('session_revoked');
    const ticket = newSecret();
    await this.tickets.insert({
      hash: secretHash(ticket),
      userId: actor,
      sessionId: session,
      expiresAt: new Date(this.clock.now() + limits.ticketMs),
    });
    return { ticket, expires_in: limits.ticketMs / 1_000 };
  }

  /** Once, in time, and while its session lives. @throws NatterError `unauthenticated` for every cause */
  async redeem(ticket: string): Promise<{ user: string; session: string }> {
    const taken = await this.tickets.take(secretHash(ticket));
    const inTime = taken !== null && taken.expiresAt.getTime() > this.clock.now();
    if (!inTime || !(await this.sessions.isLive(taken.sessionId, taken.userId)))
      throw new NatterError('unauthenticated');
    return { user: taken.userId, session: taken.sessionId };
  }
}

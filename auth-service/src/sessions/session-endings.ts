// How sessions end: in the database first, then told to all who hold tokens or sockets of theirs. An event that is lost costs
// seconds: the list of revocations is read again and again.
import { Injectable } from '@nestjs/common';
import type { SessionsEnded } from '@natter/contracts/auth';
import { subjects } from '@natter/contracts/subjects';
import { Bus } from '@natter/service-kit/nats';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { UserRepository } from '../users/user.repository.js';
import { type EndedSessions, SessionRepository } from './session.repository.js';

/** Ids in one event: 40 KB. */
const perEvent = 1_000;

@Injectable()
export class SessionEndings {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly users: UserRepository,
    private readonly audit: AuditService,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** Ends one session of a user, if it has not ended. Returns the ids of those ended, to be published after the commit. */
  endOne(em: EntityManager, userId: string, session: string): Promise<string[]> {
    return this.end(em, userId, { only: session });
  }

  /** Ends all sessions of a user but one. Sign-ins under way wait, or come after. */
  async endOthers(em: EntityManager, userId: string, session: string): Promise<string[]> {
    await this.users.lock(em, userId);
    return this.end(em, userId, { but: session });
  }

  /** Ends all sessions of a user, whose row this transaction holds. @param byId who does it */
  endAll(em: EntityManager, userId: string, byId: string | null): Promise<string[]> {
    return this.end(em, userId, 'all', byId);
  }

  publish(userId: string, sessions: string[]): void {
    for (let i = 0; i < sessions.length; i += perEvent)
      this.tell({ user: userId, sessions: sessions.slice(i, i + perEvent), reason: 'ended' });
  }

  /** After a user was disabled: that is why their sockets close. */
  publishDisabled(userId: string, sessions: string[]): void {
    this.tell({ user: userId, sessions: [], reason: 'disabled' });
    this.publish(userId, sessions);
  }

  private tell(event: SessionsEnded): void {
    this.bus.publishJson(subjects.sessionsEnded, event);
  }

  private async end(
    em: EntityManager,
    userId: string,
    which: EndedSessions,
    byId: string | null = userId,
  ): Promise<string[]> {
    const ended = await this.sessions.end(em, userId, which, new Date(this.clock.now()));
    await this.audit.write(
      ended.map((sessionId) => ({ action: 'session_ended', byId, userId, sessionId })),
      em,
    );
    return ended;
  }
}

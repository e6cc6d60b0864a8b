// Sign-in sessions: opened by a password, ended by their user.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { getRevocations, IssuedTokens, listSessions, login, logout, SignInSession } from '@natter/contracts/auth';
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Counter, Registry } from '@natter/service-kit/metrics';
import { CursorTime, decodeCursor, pageOf } from '@natter/service-kit/paging';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { GuessLimit } from '../limits/guess-limit.js';
import { PasswordService } from '../passwords/password.service.js';
import { TokenService } from '../tokens/token.service.js';
import type { UserEntity } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';
import { disabledDetail } from '../users/user-view.js';
import { SessionEndings } from './session-endings.js';
import type { SessionEntity } from './session.entity.js';
import { SessionRepository } from './session.repository.js';
import { storable } from './user-agent.js';

const sessionMaxMs = 90 * 24 * 3_600_000;
/** A use of a session is written down once in this time. */
const touchEveryMs = 60_000;
/** Ended sessions are listed this much longer than their tokens live: clocks differ. */
const revokedSlackMs = 60_000;

const listCursor = z.object({ ts: CursorTime, id: z.uuid() });

const shown = ({ id, createdAt, lastSeen, ip, userAgent }: SessionEntity): SignInSession => ({
  id,
  created_at: createdAt.toISOString(),
  last_seen: lastSeen.toISOString(),
  ip,
  user_agent: userAgent,
});

type Login = RequestOf<typeof login>;

@Injectable()
export class SessionService {
  private readonly signIns: Counter<'result'>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly sessions: SessionRepository,
    private readonly endings: SessionEndings,
    private readonly users: UserRepository,
    private readonly passwords: PasswordService,
    private readonly guesses: GuessLimit,
    private readonly tokens: TokenService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    metrics: Registry,
  ) {
    this.signIns = new Counter({
      name: 'natter_sign_ins_total',
      help: 'sign-ins by result: ok, refused, limited',
      labelNames: ['result'],
      registers: [metrics],
    });
  }

  /**
   * Opens a session for a login and its password.
   * @throws NatterError `invalid_credentials` for every cause, after the same time; `rate_limited`
   */
  async login(request: Login): Promise<IssuedTokens> {
    try {
      const tokens = await this.signIn(request);
      this.signIns.inc({ result: 'ok' });
      return tokens;
    } catch (error) {
      if (error instanceof NatterError)
        this.signIns.inc({ result: error.code === 'rate_limited' ? 'limited' : 'refused' });
      throw error;
    }
  }

  /** Ends the session named, else the one the refresh token belongs to. One that has ended, or never was: nothing happens. */
  async logout(request: RequestOf<typeof logout>): Promise<void> {
    const ended = await this.dataSource.transaction(async (em) => {
      const id =
        request.session ??
        (request.refresh_token === undefined ? null : await this.tokens.sessionOf(em, request.refresh_token));
      const session = id === null ? null : await this.sessions.lock(em, id);
      if (session === null) return null;
      return { user: session.userId, sessions: await this.endings.endOne(em, session.userId, session.id) };
    });
    if (ended !== null) this.endings.publish(ended.user, ended.sessions);
  }

  /** A page of a user's sessions that can still be used, the newest sign-in first. @throws NatterError `invalid` for a bad cursor */
  async list({ actor, session, limit, cursor }: RequestOf<typeof listSessions>): Promise<Page<SignInSession>> {
    const after = decodeCursor(listCursor, cursor);
    const now = new Date(this.clock.now());
    await this.sessions.touch(session, now, touchEveryMs);
    const found = await this.sessions.listLive(actor, now, after, limit + 1);
    return pageOf(found, limit, shown, ({ createdAt, id }) => ({ ts: createdAt.toISOString(), id }));
  }

  /** @throws NatterError `not_found` when it is not the actor's, or has ended */
  async end(actor: string, target: string): Promise<void> {
    const ended = await this.dataSource.transaction((em) => this.endings.endOne(em, actor, target));
    if (ended.length === 0) throw new NatterError('not_found');
    this.endings.publish(actor, ended);
  }

  async endOthers(actor: string, session: string): Promise<void> {
    const ended = await this.dataSource.transaction((em) => this.endings.endOthers(em, actor, session));
    this.endings.publish(actor, ended);
  }

  /**
   * Makes sure that a session may open a socket: it is the user's and has not ended. Counts as use.
   * @throws NatterError `forbidden` when the account is disabled, `session_revoked` for any other cause
   */
  async requireLive(session: string, userId: string): Promise<void> {
    const now = new Date(this.clock.now());
    const [found, user] = await Promise.all([
      this.sessions.findLive(session, userId, now),
      this.users.findById(userId),
    ]);
    if (user?.disabled) throw new NatterError('forbidden', disabledDetail);
    if (found === null || user === null) throw new NatterError('session_revoked');
    if (now.getTime() - found.lastSeen.getTime() > touchEveryMs) await this.sessions.touch(session, now, touchEveryMs);
  }

  /** Which of these can still be used. */
  async live(sessions: readonly string[]): Promise<{ sessions: string[] }> {
    return { sessions: await this.sessions.filterLive(sessions, new Date(this.clock.now())) };
  }

  /** Ended sessions and disabled users of whom an access token may still be good, by clocks that differ up to a minute. */
  async revocations(): Promise<ReplyOf<typeof getRevocations>> {
    const since = new Date(this.clock.now() - revokedSlackMs);
    const [sessions, disabled] = await Promise.all([
      this.sessions.listRevoked(since),
      this.sessions.listDisabled(since),
    ]);
    return { sessions, disabled };
  }

  private async signIn({ login, password, origin }: Login): Promise<IssuedTokens> {
    const user = await this.users.findByLogin(login);
    const accountKey = user?.id ?? `unknown:${login.toLowerCase()}`;
    const right = await this.guesses.guess(accountKey, origin.ip, async () => {
      const same = await this.passwords.verify(password, user?.passwordHash ?? null);
      return same && user !== null && !user.disabled;
    });
    const tokens = right && user !== null ? await this.open(user, origin) : null;
    if (tokens !== null) return tokens;
    await this.audit.writeRefusal({ action: 'sign_in_refused', userId: user?.id, ip: origin.ip });
    throw new NatterError('invalid_credentials');
  }

  /** Null when the account was disabled, or its password changed, since it was checked. */
  private open(user: UserEntity, origin: Login['origin']): Promise<IssuedTokens | null> {
    return this.dataSource.transaction(async (em) => {
      const standing = await this.users.lockUnchanged(em, user, 'share');
      if (standing === null) return null;
      const nowMs = this.clock.now();
      const session: SessionEntity = {
        id: randomUUID(),
        userId: standing.id,
        createdAt: new Date(nowMs),
        lastSeen: new Date(nowMs),
        ip: origin.ip,
        userAgent: storable(origin.user_agent),
        accessUntil: new Date(nowMs),
        expiresAt: new Date(nowMs + sessionMaxMs),
        endedAt: null,
      };
      await this.sessions.insert(em, session);
      await this.audit.write([{ action: 'signed_in', userId: standing.id, sessionId: session.id, ip: origin.ip }], em);
      return this.tokens.issue(em, standing, session);
    });
  }
}

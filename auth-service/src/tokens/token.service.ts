// The two tokens of a session. A refresh token is used once; the one just replaced is honoured a little longer, for two tabs that race
// and for an answer that got lost. Used after that it is in two hands, and the session ends.
import { Inject, Injectable } from '@nestjs/common';
import type { IssuedTokens, refresh } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { RequestOf } from '@natter/contracts/rpc';
import { CONFIG } from '@natter/service-kit/kit.module';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { SessionEndings } from '../sessions/session-endings.js';
import type { SessionEntity } from '../sessions/session.entity.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { storable } from '../sessions/user-agent.js';
import type { UserEntity } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';
import { account } from '../users/user-view.js';
import { AccessTokenService } from './access-token.service.js';
import { newSecret, secretHash } from './secret.js';
import { TokenRepository } from './token.repository.js';

/** What became of a refresh: said after the commit, since the end of a session must be kept. */
type Refreshed = { tokens: IssuedTokens } | { reusedBy: string; ended: string[] } | 'refused';

@Injectable()
export class TokenService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly tokens: TokenRepository,
    private readonly sessions: SessionRepository,
    private readonly endings: SessionEndings,
    private readonly users: UserRepository,
    private readonly accessTokens: AccessTokenService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Both tokens for a session whose row this transaction holds. */
  async issue(em: EntityManager, user: UserEntity, session: SessionEntity): Promise<IssuedTokens> {
    const nowMs = this.clock.now();
    const endMs = session.expiresAt.getTime();
    const accessUntilMs = Math.min(nowMs + this.config.NATTER_ACCESS_TTL * 1_000, endMs);
    const refreshUntilMs = Math.min(nowMs + this.config.NATTER_REFRESH_TTL * 1_000, endMs);
    const refreshToken = newSecret();
    await this.tokens.insert(em, {
      hash: secretHash(refreshToken),
      sessionId: session.id,
      createdAt: new Date(nowMs),
      expiresAt: new Date(refreshUntilMs),
      replacedAt: null,
    });
    await this.sessions.update(em, session.id, { lastSeen: new Date(nowMs), accessUntil: new Date(accessUntilMs) });
    return {
      user: account(user),
      session: session.id,
      access_token: await this.accessTokens.sign(user.id, session.id, accessUntilMs),
      refresh_token: refreshToken,
      expires_in: Math.floor((accessUntilMs - nowMs) / 1_000),
      refresh_expires_in: Math.floor((refreshUntilMs - nowMs) / 1_000),
    };
  }

  /**
   * Fresh tokens for a refresh token.
   * @throws NatterError `session_revoked` for every cause; a token used long after it was replaced also ends its session
   */
  async refresh(request: RequestOf<typeof refresh>): Promise<IssuedTokens> {
    const outcome = await this.dataSource.transaction((em) => this.rotate(em, request));
    if (outcome === 'refused') throw new NatterError('session_revoked');
    if ('tokens' in outcome) return outcome.tokens;
    this.endings.publish(outcome.reusedBy, outcome.ended);
    throw new NatterError('session_revoked');
  }

  /** The session that a refresh token, replaced or not, belongs to. */
  async sessionOf(em: EntityManager, refreshToken: string): Promise<string | null> {
    const token = await this.tokens.find(em, secretHash(refreshToken));
    return token?.sessionId ?? null;
  }

  private async rotate(em: EntityManager, request: RequestOf<typeof refresh>): Promise<Refreshed> {
    const hash = secretHash(request.refresh_token);
    const sessionId = await this.sessionOf(em, request.refresh_token);
    if (sessionId === null) return 'refused';
    // First the lock, then the look: of racing requests the second sees what the first did.
    const session = await this.sessions.lock(em, sessionId);
    const token = await this.tokens.find(em, hash);
    const nowMs = this.clock.now();
    if (session === null || token === null || session.endedAt !== null || session.expiresAt.getTime() <= nowMs)
      return 'refused';
    const user = await this.users.findById(session.userId, em);
    if (user === null || user.disabled || token.expiresAt.getTime() <= nowMs) return 'refused';

    if (token.replacedAt === null) {
      await this.tokens.setReplaced(em, hash, new Date(nowMs));
    } else if (nowMs - token.replacedAt.getTime() > limits.refreshGraceMs) {
      const ended = await this.endings.endOne(em, user.id, session.id);
      const { ip } = request.origin;
      await this.audit.write(
        [{ action: 'refresh_token_reused', byId: null, userId: user.id, sessionId: session.id, ip }],
        em,
      );
      return { reusedBy: user.id, ended };
    }
    await this.sessions.update(em, session.id, {
      ip: request.origin.ip,
      userAgent: storable(request.origin.user_agent),
    });
    return { tokens: await this.issue(em, user, session) };
  }
}

// Access tokens, checked locally: EdDSA by the auth-service's published keys, and against what has been revoked since.
import { createHash } from 'node:crypto';
import type { OnApplicationShutdown } from '@nestjs/common';
import {
  type AccessClaims,
  getJwks,
  getRevocations,
  type SessionsEnded,
  tokenAudience,
  tokenIssuer,
  type UserChanged,
} from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { subjects } from '@natter/contracts/subjects';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Logger } from './logger.js';
import type { Bus } from './nats.js';
import { retryDelay } from './retry.js';
import type { RpcClient } from './rpc-client.js';

/** Who a token speaks for; `expiresAtMs` by the clock of this machine. */
export interface Identity {
  user: string;
  session: string;
  expiresAtMs: number;
}

/** Ended sessions are heard of at once; what was missed is read again this often (the contract allows 30 s). */
const rereadMs = 15_000;
/** After an account was disabled or enabled, what was heard is confirmed: events may come late, or in another order. */
const confirmMs = 1_000;
/** Tokens whose signature was found good: some 300 bytes each. */
const verifiedMax = 5_000;
/** An unknown key asks for the keys again, but no more often than this. */
const keysMinMs = 2_000;

export class TokenVerifier implements OnApplicationShutdown {
  private keys: ReturnType<typeof createLocalJWKSet> | undefined;
  private keysReadAt = -Infinity;
  /** By a hash of the token, in the order in which they were verified. */
  private readonly verified = new Map<string, Identity>();
  /** Session id → when we heard of its end, by the monotonic clock. */
  private readonly endedSessions = new Map<string, number>();
  private disabledUsers = new Set<string>();
  /** Users of whom we heard that they are not disabled since the last re-read began. */
  private enabledMeanwhile = new Set<string>();
  private readonly ended = new Set<(event: SessionsEnded) => void>();
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private ready = false;
  private markReady = () => {};
  /** Resolves when `isReady` becomes true. */
  readonly whenReady = new Promise<void>((resolve) => (this.markReady = resolve));
  private stopped = false;

  constructor(
    bus: Bus,
    private readonly rpc: RpcClient,
    private readonly logger: Logger,
  ) {
    bus.onJson<SessionsEnded>(subjects.sessionsEnded, (event) => this.end(event));
    bus.onJson<UserChanged>(subjects.userChanged, ({ user, disabled }) => this.enable(user.id, disabled));
    bus.onReconnect(() => this.rereadIn(0));
    this.rereadIn(0);
  }

  /** Calls back when sessions end, by event or because a re-read found them ended. */
  onEnded(callback: (event: SessionsEnded) => void): void {
    this.ended.add(callback);
  }

  /** True once keys and what was revoked have been read: before that nobody should be let in. */
  get isReady(): boolean {
    return this.ready;
  }

  /**
   * Who a token speaks for. One that was looked at lately costs a hash instead of a signature: clients that come back, or ask again
   * and again, bring the same one.
   *
   * @throws NatterError `unauthenticated`, saying so when it has expired; `session_revoked` for a good token of an ended session; `unavailable` without keys
   */
  async verify(token: string): Promise<Identity> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.verified.get(hash);
    const identity = known !== undefined && known.expiresAtMs > Date.now() ? known : await this.read(token);
    if (identity !== known) this.remember(hash, identity);
    // Disabling ends the sessions too; which of the two it was is told.
    if (this.disabledUsers.has(identity.user))
      throw new NatterError('forbidden', { detail: 'this account is disabled' });
    if (this.endedSessions.has(identity.session)) throw new NatterError('session_revoked');
    return identity;
  }

  isEnded(session: string): boolean {
    return this.endedSessions.has(session);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async read(token: string): Promise<Identity> {
    const { sub, sid, exp } = await this.verifySignature(token);
    if (typeof sub !== 'string' || typeof sid !== 'string' || typeof exp !== 'number')
      throw new NatterError('unauthenticated');
    return { user: sub, session: sid, expiresAtMs: exp * 1_000 };
  }

  private remember(hash: string, identity: Identity): void {
    this.verified.set(hash, identity);
    if (this.verified.size <= verifiedMax) return;
    const [oldest] = this.verified.keys();
    if (oldest !== undefined) this.verified.delete(oldest);
  }

  private async verifySignature(token: string): Promise<Partial<AccessClaims>> {
    for (let attempt = 0; ; attempt++) {
      const keys = this.keys ?? (await this.readKeys());
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ['EdDSA'],
          issuer: tokenIssuer,
          audience: tokenAudience,
          typ: 'at+jwt',
          requiredClaims: ['sub', 'sid', 'iat', 'exp', 'jti'],
        });
        return payload as Partial<AccessClaims>;
      } catch (error) {
        // A key made since we read them: ask once more, then it is a token of somebody else.
        const mayBeNew =
          error instanceof errors.JWKSNoMatchingKey && attempt === 0 && performance.now() - this.keysReadAt > keysMinMs;
        if (!mayBeNew) throw refusalOf(error);
        await this.readKeys();
      }
    }
  }

  private async readKeys(): Promise<ReturnType<typeof createLocalJWKSet>> {
    const { keys } = await this.rpc.call(getJwks, {});
    this.keysReadAt = performance.now();
    this.verified.clear(); // a key may have gone
    this.keys = createLocalJWKSet({ keys } as unknown as JSONWebKeySet);
    return this.keys;
  }

  private end(event: SessionsEnded): void {
    for (const session of event.sessions) this.endedSessions.set(session, performance.now());
    if (event.reason === 'disabled') {
      this.disabledUsers.add(event.user);
      this.rereadIn(confirmMs);
    }
    for (const callback of this.ended) callback(event);
  }

  private enable(user: string, disabled: boolean): void {
    if (disabled) return;
    this.enabledMeanwhile.add(user);
    if (this.disabledUsers.delete(user)) this.rereadIn(confirmMs);
  }

  /**
   * One timer: a re-read that fails is tried again soon, jittered, so that a start does not wait for the next round. What is asked for
   * while one is under way comes after it.
   */
  private rereadIn(ms: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    const timer = setTimeout(async () => {
      const done = await this.reread();
      this.failures = done ? 0 : this.failures + 1;
      const isLatest = this.timer === timer;
      if (isLatest) this.rereadIn(done ? rereadMs : retryDelay(this.failures, 100, 1_000));
    }, ms);
    this.timer = timer;
  }

  /** Replaces what is known of ended sessions; the auth-service lists them as long as a token of theirs can live. */
  private async reread(): Promise<boolean> {
    try {
      if (this.keys === undefined) await this.readKeys();
      const enabled = new Set<string>();
      this.enabledMeanwhile = enabled;
      const { sessions, disabled: said } = await this.rpc.call(getRevocations, {});
      const disabled = said.filter((user) => !enabled.has(user));
      const fresh = sessions.filter((session) => !this.endedSessions.has(session));
      const listed = new Set(sessions);
      // An end heard of while the list was on its way is not on it yet.
      const forgetBefore = performance.now() - 2 * rereadMs;
      for (const [session, heardAt] of this.endedSessions)
        if (!listed.has(session) && heardAt < forgetBefore) this.endedSessions.delete(session);
      const newlyDisabled = disabled.filter((user) => !this.disabledUsers.has(user));
      this.disabledUsers = new Set(disabled);
      // First these: their sessions have ended too, but that is not why their sockets close.
      for (const user of newlyDisabled) this.end({ user, sessions: [], reason: 'disabled' });
      if (fresh.length > 0) this.end({ user: '', sessions: fresh, reason: 'ended' });
      this.ready = true;
      this.markReady();
      return true;
    } catch (error) {
      if (this.failures === 5) this.logger.warn({ reason: (error as Error).message }, 'revocations not read');
      return false;
    }
  }
}

function refusalOf(error: unknown): NatterError {
  const details = error instanceof errors.JWTExpired ? { detail: 'the access token has expired; refresh it' } : {};
  return new NatterError('unauthenticated', details, { cause: error });
}

import { createTicket, logout, refresh } from '@natter/contracts/auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisoryLocks } from '../database/data-source.js';
import { outcome, TestAuthService } from '../testing/auth-service.js';
import { HousekeepingService } from './housekeeping.service.js';

const day = 24 * 3_600_000;

let auth: TestAuthService;
beforeEach(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' });
});
afterEach(() => auth.stop());

const count = async (table: string): Promise<number> => {
  const [row] = await auth.db.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table}`);
  return row!.n;
};
const counts = async () => ({
  sessions: await count('sessions'),
  refresh_tokens: await count('refresh_tokens'),
  tickets: await count('tickets'),
  attempts: await count('attempts'),
});
const clean = () => auth.first.get(HousekeepingService).run();

describe('housekeeping', () => {
  it('removes what has expired or ended, and leaves what is in use', async () => {
    const { user } = await auth.register('ada');
    const [used, idle, ended] = [await auth.login('ada'), await auth.login('ada'), await auth.login('ada')];
    await outcome(auth.login('ada', 'wrong'));
    await auth.call(createTicket, { actor: user.id, session: used.session });
    await auth.call(logout, { session: ended.session });
    await clean();
    expect(await counts()).toEqual({ sessions: 3, refresh_tokens: 3, tickets: 1, attempts: 2 });

    auth.clock.advance(29 * day);
    const origin = { ip: '192.0.2.1', user_agent: '' };
    const { refresh_token } = await auth.call(refresh, { refresh_token: used.refresh_token, origin });
    await clean();
    expect(await counts()).toEqual({ sessions: 2, refresh_tokens: 3, tickets: 0, attempts: 0 });

    auth.clock.advance(2 * day);
    await clean();
    expect(await counts()).toEqual({ sessions: 1, refresh_tokens: 1, tickets: 0, attempts: 0 });
    expect(await outcome(auth.call(refresh, { refresh_token: idle.refresh_token, origin }))).toBe('session_revoked');
    expect(await outcome(auth.call(refresh, { refresh_token, origin }))).toBe('ok');
  });

  it('removes more than one batch in a round', async () => {
    await auth.db.query(
      `INSERT INTO attempts (key, at, wait_ms) SELECT 'k', now() - interval '2 days', 0 FROM generate_series(1, 1200)`,
    );
    await clean();
    expect(await count('attempts')).toBe(0);
  });

  it('leaves it to the replica that is at it', async () => {
    await auth.db.query(`INSERT INTO attempts (key, at, wait_ms) VALUES ('k', now() - interval '2 days', 0)`);
    await auth.db.transaction(async (em) => {
      await em.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.housekeeping]);
      await clean();
      expect(await count('attempts')).toBe(1);
    });
    await clean();
    expect(await count('attempts')).toBe(0);
  });
});

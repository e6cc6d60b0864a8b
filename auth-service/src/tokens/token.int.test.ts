import { getJwks, listSessions, logout, refresh } from '@natter/contracts/auth';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, outcome, TestAuthService } from '../testing/auth-service.js';

const day = 24 * 3_600_000;
const origin = { ip: '192.0.2.7', user_agent: 'refresher' };

let auth: TestAuthService;
let people = 0;
beforeAll(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' }, 2);
});
afterAll(() => auth.stop());

const refreshed = (token: string) => auth.call(refresh, { refresh_token: token, origin });
const someone = async () => {
  const name = `someone${++people}`;
  const { user } = await auth.register(name);
  return { ...(await auth.login(name)), user };
};
const jwks = async () => createLocalJWKSet((await auth.call(getJwks, {})) as unknown as JSONWebKeySet);

describe('an access token', () => {
  it('carries the claims of the contract and is verified by the published keys', async () => {
    const { user, session, access_token, expires_in } = await someone();
    const { payload, protectedHeader } = await jwtVerify(access_token, await jwks(), {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: 'natter',
      audience: 'natter',
      currentDate: new Date(auth.clock.now()),
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: user.id, sid: session });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']);
    expect(payload.exp! - payload.iat!).toBe(900);
    expect(expires_in).toBe(900);
  });

  it('is signed by a key whose private part is not published, and which outlives the process', async () => {
    const { keys } = await auth.call(getJwks, {});
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig' });
    expect(keys[0]).not.toHaveProperty('d');
    const { refresh_token } = await someone();
    const late = await auth.addReplica();
    const before = await jwks();
    await late.stop();
    auth.replicas.splice(auth.replicas.indexOf(late), 1);
    const { access_token } = await refreshed(refresh_token);
    await jwtVerify(access_token, before, { currentDate: new Date(auth.clock.now()) });
    expect(await auth.db.query('SELECT kid FROM signing_keys')).toEqual([{ kid: keys[0]!['kid'] }]);
  });
});

describe('a refresh token', () => {
  it('gives fresh tokens of the same session, and is kept only as a hash', async () => {
    const first = await someone();
    const second = await refreshed(first.refresh_token);
    expect(second.session).toBe(first.session);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.user).toEqual(first.user);
    expect(second.refresh_expires_in).toBe(30 * 24 * 3_600);
    const rows = await auth.db.query<{ hash: string }[]>('SELECT * FROM refresh_tokens');
    expect(JSON.stringify(rows)).not.toContain(first.refresh_token);
  });

  it('serves many tabs that race, and every one of them goes on from what it got', async () => {
    const { session, refresh_token } = await someone();
    const raced = await Promise.all(Array.from({ length: 8 }, () => refreshed(refresh_token)));
    expect(new Set(raced.map((tokens) => tokens.refresh_token)).size).toBe(8);
    const next = await Promise.all(raced.map((tokens) => refreshed(tokens.refresh_token)));
    expect(new Set(next.map((tokens) => tokens.session))).toEqual(new Set([session]));
  });

  it('is honoured 10 s after it was replaced, for a client that never saw the answer', async () => {
    const { refresh_token } = await someone();
    await refreshed(refresh_token);
    auth.clock.advance(10_000);
    const retried = await refreshed(refresh_token);
    auth.clock.advance(60_000);
    expect(await outcome(refreshed(retried.refresh_token))).toBe('ok');
  });

  it('used later than that ends the session for everybody who holds a token of it', async () => {
    const { user, session, refresh_token } = await someone();
    const second = await refreshed(refresh_token);
    auth.clock.advance(10_001);
    expect(await outcome(refreshed(refresh_token))).toBe('session_revoked');
    expect(await outcome(refreshed(second.refresh_token))).toBe('session_revoked');
    const told = () => auth.sessionsEnded.some((event) => event.user === user.id && event.sessions.includes(session));
    await eventually(told, 'the end of the session is published');
  });

  it('ends the session once when a stolen one is used many times at once', async () => {
    const { session, refresh_token } = await someone();
    await refreshed(refresh_token);
    auth.clock.advance(10_001);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => outcome(refreshed(refresh_token))));
    expect(new Set(outcomes)).toEqual(new Set(['session_revoked']));
    const audit = await auth.db.query(
      `SELECT 1 FROM audit WHERE session_id = $1 AND action IN ('session_ended', 'refresh_token_reused')`,
      [session],
    );
    expect(audit).toHaveLength(2);
  });

  it('expires when it has not been used for 30 days', async () => {
    const [kept, lost] = [await someone(), await someone()];
    auth.clock.advance(30 * day - 1_000);
    expect(await outcome(refreshed(kept.refresh_token))).toBe('ok');
    auth.clock.advance(1_000);
    expect(await outcome(refreshed(lost.refresh_token))).toBe('session_revoked');
    expect(await auth.call(listSessions, { actor: lost.user.id, session: lost.session })).toEqual({
      items: [],
      next: null,
    });
  });

  it('does not carry a session beyond 90 days, nor do the access tokens it gives', async () => {
    let tokens = await someone();
    for (let i = 0; i < 3; i++) {
      auth.clock.advance(30 * day - 200_000);
      tokens = { ...tokens, ...(await refreshed(tokens.refresh_token)) };
    }
    expect(tokens.expires_in).toBe(600);
    expect(tokens.refresh_expires_in).toBe(600);
    auth.clock.advance(600_000);
    expect(await outcome(refreshed(tokens.refresh_token))).toBe('session_revoked');
  });

  it('is refused when it is unknown, its session has ended or its user is disabled', async () => {
    for (const odd of ['no such token', '', 'x'.repeat(9_000), '\u0000', '\ud800'])
      expect(await outcome(refreshed(odd))).toBe('session_revoked');
    const gone = await someone();
    await auth.call(logout, { session: gone.session });
    expect(await outcome(refreshed(gone.refresh_token))).toBe('session_revoked');
    const barred = await someone();
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [barred.user.id]);
    expect(await outcome(refreshed(barred.refresh_token))).toBe('session_revoked');
  });

  it('shows in the list of sessions where it was used last', async () => {
    const { user, session, refresh_token } = await someone();
    auth.clock.advance(5_000);
    await refreshed(refresh_token);
    const { items } = await auth.call(listSessions, { actor: user.id, session });
    expect(items).toMatchObject([{ id: session, ...origin, last_seen: new Date(auth.clock.now()).toISOString() }]);
  });
});

import { generateKeyPairSync, type KeyObject, randomUUID, sign, webcrypto } from 'node:crypto';
import { getJwks, tokenAudience, tokenIssuer } from '@natter/contracts/auth';
import { subjects } from '@natter/contracts/subjects';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Logger } from './logger.js';
import type { Bus } from './nats.js';
import type { RpcClient } from './rpc-client.js';
import { TokenVerifier } from './token-verifier.js';

/** A verifier beside an auth-service that knows one key and has ended nothing. */
function stage() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const heard = new Map<string, (event: unknown) => void>();
  const bus = {
    onJson: (subject: string, callback: (event: unknown) => void) => heard.set(subject, callback),
    onReconnect: () => undefined,
  };
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA', use: 'sig' };
  const call = async (definition: unknown) =>
    definition === getJwks ? { keys: [jwk] } : { sessions: [], disabled: [] };
  const verifier = new TokenVerifier(bus as unknown as Bus, { call } as unknown as RpcClient, {} as Logger);
  return { verifier, privateKey, say: (subject: string, event: unknown) => heard.get(subject)?.(event) };
}

function tokenOf(key: KeyObject, user: string, session: string): string {
  const iat = Math.floor(Date.now() / 1_000);
  const claims = { iss: tokenIssuer, aud: tokenAudience, sub: user, sid: session, iat, exp: iat + 60, jti: 'j' };
  const parts = [{ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }, claims];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

describe('an access token that was verified before', () => {
  const [user, session] = [randomUUID(), randomUUID()];
  let here: ReturnType<typeof stage>;
  let token = '';
  const signatures = vi.spyOn(webcrypto.subtle, 'verify');

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    here = stage();
    await here.verifier.whenReady;
    token = tokenOf(here.privateKey, user, session);
    await here.verifier.verify(token);
    signatures.mockClear();
  });
  afterEach(() => {
    here.verifier.onApplicationShutdown();
    vi.useRealTimers();
  });

  it('speaks for the same, without a look at its signature', async () => {
    expect(await here.verifier.verify(token)).toMatchObject({ user, session });
    expect(signatures).not.toHaveBeenCalled();
  });

  it('is nothing without its own signature', async () => {
    const forged = tokenOf(generateKeyPairSync('ed25519').privateKey, user, session);
    await expect(here.verifier.verify(forged)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(signatures).toHaveBeenCalledTimes(1);
  });

  it('expires', async () => {
    vi.setSystemTime(Date.now() + 61_000);
    await expect(here.verifier.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('ends with its session', async () => {
    here.say(subjects.sessionsEnded, { user, sessions: [session], reason: 'ended' });
    await expect(here.verifier.verify(token)).rejects.toMatchObject({ code: 'session_revoked' });
  });

  it('is refused while the account is disabled', async () => {
    here.say(subjects.sessionsEnded, { user, sessions: [], reason: 'disabled' });
    await expect(here.verifier.verify(token)).rejects.toMatchObject({ code: 'forbidden' });
    here.say(subjects.userChanged, { user: { id: user }, disabled: false });
    expect(await here.verifier.verify(token)).toMatchObject({ user });
  });
});

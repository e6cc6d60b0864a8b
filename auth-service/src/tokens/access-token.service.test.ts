import { Health } from '@natter/service-kit/health';
import { createLogger } from '@natter/service-kit/logger';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { Clock } from '../clock.js';
import { AccessTokenService } from './access-token.service.js';
import type { SigningKeyEntity } from './signing-key.entity.js';
import type { SigningKeyRepository } from './signing-key.repository.js';

const nowMs = Date.parse('2030-01-01T00:00:00.900Z');
const clock = Object.assign(new Clock(), { now: () => nowMs });
const logger = createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' });

/** Keys in memory, newest first. */
function keyStore(keys: SigningKeyEntity[]) {
  const readOrMake = async (make: () => Promise<SigningKeyEntity>) => {
    if (keys.length === 0) keys.push(await make());
    return keys;
  };
  return { readOrMake } as unknown as SigningKeyRepository;
}
async function service(keys: SigningKeyEntity[]): Promise<AccessTokenService> {
  const made = new AccessTokenService(keyStore(keys), clock, logger, new Health());
  await made.onModuleInit();
  return made;
}
const verify = (token: string, keys: AccessTokenService) =>
  jwtVerify(token, createLocalJWKSet({ keys: keys.jwks } as JSONWebKeySet), { currentDate: new Date(nowMs) });

describe('an access token', () => {
  it('has the header and the claims of the contract, in whole seconds', async () => {
    const tokens = await service([]);
    const { payload, protectedHeader } = await verify(
      await tokens.sign('the user', 'the session', nowMs + 900_000),
      tokens,
    );
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: tokens.jwks[0]!.kid });
    const iat = Date.parse('2030-01-01T00:00:00Z') / 1_000;
    expect(payload).toEqual({
      iss: 'natter',
      aud: 'natter',
      sub: 'the user',
      sid: 'the session',
      iat,
      exp: iat + 900,
      jti: expect.any(String),
    });
  });

  it('never has the id of another', async () => {
    const tokens = await service([]);
    const ids = await Promise.all(
      Array.from(
        { length: 20 },
        async () => (await verify(await tokens.sign('u', 's', nowMs + 1_000), tokens)).payload.jti,
      ),
    );
    expect(new Set(ids).size).toBe(20);
  });

  it('is signed by the newest key, while those of older keys stay good', async () => {
    const older: SigningKeyEntity[] = [];
    const before = await service(older);
    const newer: SigningKeyEntity[] = [];
    await service(newer);
    const rotated = await service([...newer, ...older]);
    const oldToken = await before.sign('u', 's', nowMs + 1_000);
    expect((await verify(oldToken, rotated)).protectedHeader.kid).toBe(older[0]!.kid);
    const newToken = await rotated.sign('u', 's', nowMs + 1_000);
    expect((await verify(newToken, rotated)).protectedHeader.kid).toBe(newer[0]!.kid);
  });

  it('is verified without anything secret', async () => {
    for (const key of (await service([])).jwks)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });
});

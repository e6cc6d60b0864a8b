import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthService } from '../testing/auth-service.js';
import type { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeyRepository } from './signing-key.repository.js';

let auth: TestAuthService;
beforeAll(async () => {
  auth = await TestAuthService.start();
});
afterAll(() => auth.stop());

describe('the signing key', () => {
  it('is made by one of many replicas that start on an empty database', async () => {
    await auth.db.query('DELETE FROM signing_keys');
    let made = 0;
    const make = async (): Promise<SigningKeyEntity> => {
      const kid = `key ${++made}`;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { kid, privateJwk: { kty: 'OKP' }, publicJwk: { kty: 'OKP' }, createdAt: new Date() };
    };
    const keys = auth.first.get(SigningKeyRepository);
    const read = await Promise.all(Array.from({ length: 5 }, () => keys.readOrMake(make)));
    expect(read.map((found) => found.map((key) => key.kid))).toEqual(Array.from({ length: 5 }, () => ['key 1']));
    expect(made).toBe(1);
  });
});

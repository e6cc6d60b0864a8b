import { Registry } from '@natter/service-kit/metrics';
import { describe, expect, it } from 'vitest';
import { PasswordService } from './password.service.js';

const hashes = async (metrics: Registry): Promise<number> =>
  Number(/natter_password_hash_seconds_count (\d+)/.exec(await metrics.metrics())?.[1]);

describe('a password', () => {
  it('is kept as argon2id with 19 MiB, two passes and one lane, never twice the same', async () => {
    const passwords = new PasswordService(new Registry());
    const [one, two] = await Promise.all([passwords.hash('llama'), passwords.hash('llama')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(two).not.toBe(one);
    expect(await passwords.verify('llama', one)).toBe(true);
    expect(await passwords.verify('Llama', one)).toBe(false);
  });

  it('costs a hash, and is wrong, also where there is no account', async () => {
    const metrics = new Registry();
    const passwords = new PasswordService(metrics);
    expect(await passwords.verify('llama', null)).toBe(false);
    expect(await hashes(metrics)).toBe(1);
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { goodPassword, outcome, TestAuthService } from '../testing/auth-service.js';
import { UserRepository } from './user.repository.js';

let auth: TestAuthService;
afterEach(() => auth.stop());

const admins = () => auth.db.query<{ username: string }[]>('SELECT username FROM users WHERE admin');

describe('the first administrator', () => {
  it('is exactly one of many who register at once over two replicas, and nobody after', async () => {
    auth = await TestAuthService.start({ NATTER_FIRST_USER_ADMIN: '1', NATTER_RATE_FACTOR: '10' }, 2);
    const made = await Promise.all(Array.from({ length: 8 }, (_, i) => auth.register(`user${i}`)));
    expect(made.filter(({ user }) => user.admin)).toHaveLength(1);
    expect((await auth.register('late')).user.admin).toBe(false);
    expect(await admins()).toHaveLength(1);
  });

  it('is one also when all of them have looked before any of them is done', async () => {
    auth = await TestAuthService.start({}, 1);
    const users = auth.first.get(UserRepository);
    const { user } = await auth.register('model');
    const model = await users.findById(user.id);
    const claim = (name: string) =>
      auth.db.transaction(async (em) => {
        const admin = await users.claimFirstAdmin(em);
        await new Promise((resolve) => setTimeout(resolve, 20));
        await users.insert(em, { ...model!, id: randomUUID(), email: name, username: name, admin });
        return admin;
      });
    const claims = await Promise.all(['a1', 'b2', 'c3', 'd4', 'e5'].map(claim));
    expect(claims.filter((admin) => admin)).toHaveLength(1);
  });

  it('is nobody unless the operator says so', async () => {
    auth = await TestAuthService.start();
    expect((await auth.register('first')).user.admin).toBe(false);
  });

  it('is made once from the configuration, however many replicas start how often', async () => {
    const settings = {
      NATTER_ADMIN_USERNAME: 'root',
      NATTER_ADMIN_PASSWORD: goodPassword,
      NATTER_FIRST_USER_ADMIN: '1',
    };
    auth = await TestAuthService.start(settings, 2);
    await auth.addReplica({ NATTER_ADMIN_PASSWORD: 'another password' });
    expect(await admins()).toEqual([{ username: 'root' }]);
    expect((await auth.login('ROOT')).user).toMatchObject({ username: 'root', admin: true });
    expect((await auth.register('first')).user.admin).toBe(false);
  });

  it('is not made of an account that somebody registered under the configured name', async () => {
    auth = await TestAuthService.start();
    await auth.register('root');
    await auth.addReplica({ NATTER_ADMIN_USERNAME: 'Root', NATTER_ADMIN_PASSWORD: 'the operator’s password' });
    expect(await admins()).toEqual([]);
    expect(await outcome(auth.login('root', 'the operator’s password'))).toBe('invalid_credentials');
  });
});

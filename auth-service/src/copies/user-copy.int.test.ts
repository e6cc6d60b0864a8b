import { Registry } from '@natter/service-kit/metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, fakeRoomService, outcome, TestAuthService } from '../testing/auth-service.js';
import { UserRepository } from '../users/user.repository.js';
import { UserCopyService } from './user-copy.service.js';

let auth: TestAuthService;
beforeEach(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' }, 2);
});
afterEach(() => auth.stop());

const waiting = async () => (await auth.db.query<unknown[]>('SELECT 1 FROM user_copies')).length;
/** Retries are timed by the clock of the test: let them become due. */
const handedOver = (condition: () => boolean) =>
  eventually(() => {
    auth.clock.advance(1_000);
    return condition();
  }, 'the room-service is told');

describe('the outbox', () => {
  it('has told the room-service of a new user by the time the registration is answered', async () => {
    const rooms = fakeRoomService(auth.bus);
    const { user } = await auth.register('ada');
    const { email: _, admin: __, ...copied } = user;
    expect(rooms.copies.get(user.id)).toEqual({ ...copied, disabled: false, version: 1 });
    await eventually(async () => (await waiting()) === 0, 'the outbox is empty');
  });

  it('does not hold up who registers while the room-service is away, and hands over when it comes', async () => {
    const names = Array.from({ length: 5 }, (_, i) => `user${i}`);
    const made = await Promise.all(names.map((name) => auth.register(name)));
    for (const name of names) expect(await outcome(auth.login(name))).toBe('ok');
    expect(await waiting()).toBe(5);
    const rooms = fakeRoomService(auth.bus);
    await handedOver(() => made.every(({ user }) => rooms.copies.has(user.id)));
    await eventually(async () => (await waiting()) === 0, 'the outbox is empty');
  });

  it('goes on where a replica stopped that had taken users and died', async () => {
    const { user } = await auth.register('ada');
    const lease = new Date(auth.clock.now() + 15_000);
    await auth.db.query('UPDATE user_copies SET next_try_at = $1', [lease]);
    const rooms = fakeRoomService(auth.bus);
    await auth.first.get(UserCopyService).handOver();
    expect(rooms.copies.size).toBe(0);
    await handedOver(() => rooms.copies.has(user.id));
  });

  it('tells the newest version, and is not done while a change came in between', async () => {
    const { user } = await auth.register('ada');
    const copies = auth.first.get(UserCopyService);
    const change = (displayName: string) =>
      auth.db.transaction(async (em) => {
        await em.query('UPDATE users SET display_name = $2, version = version + 1 WHERE id = $1', [
          user.id,
          displayName,
        ]);
        const changed = await auth.first.get(UserRepository).findById(user.id, em);
        await copies.enqueue(em, changed!);
      });
    await change('Ada L.');
    const rooms = fakeRoomService(auth.bus);
    await Promise.all([copies.handOver(), change('Ada Lovelace')]);
    await handedOver(() => rooms.copies.get(user.id)?.version === 3);
    expect(rooms.copies.get(user.id)?.display_name).toBe('Ada Lovelace');
    await eventually(async () => (await waiting()) === 0, 'the outbox is empty');
  });

  it('shows its length and the age of its oldest in the metrics', async () => {
    await auth.register('ada');
    auth.clock.advance(7_000);
    const metrics = await auth.first.get(Registry).metrics();
    expect(metrics).toMatch(/natter_user_copies_waiting\{.*\} 1\n/);
    expect(metrics).toMatch(/natter_user_copies_oldest_seconds\{.*\} 7\n/);
  });
});

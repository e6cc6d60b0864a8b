import { randomUUID } from 'node:crypto';
import { type AuditFact, listAudit, recordAudit } from '@natter/contracts/admin';
import { logout } from '@natter/contracts/auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HousekeepingService } from '../housekeeping/housekeeping.service.js';
import { outcome, TestAuthService } from '../testing/auth-service.js';

let auth: TestAuthService;
let admin: Awaited<ReturnType<TestAuthService['someone']>>;
beforeEach(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100', NATTER_AUDIT_DAYS: '30' });
  admin = await auth.someone('admin');
  await auth.crown(admin.id);
});
afterEach(() => auth.stop());

const list = (query: object = {}) => auth.call(listAudit, { actor: admin.id, ...query });
const actions = async (query: object = {}) => (await list(query)).items.map(({ action }) => action);

describe('the trail', () => {
  it('has sign-ins, ends and refusals, the newest first, with who and from where', async () => {
    const ann = await auth.someone('ann');
    await outcome(auth.login('ann', 'wrong', '203.0.113.9'));
    await auth.call(logout, { session: ann.as.session });
    const { items } = await list({ user: ann.id });
    expect(items.map(({ kind, action }) => `${kind}/${action}`)).toEqual([
      'sign_ins/session_ended',
      'refusals/sign_in_refused',
      'sign_ins/signed_in',
      'sign_ins/registered',
    ]);
    const user = { id: ann.id, username: 'ann' };
    expect(items[0]).toMatchObject({ by: user, user, session: ann.as.session, room: null, details: null });
    expect(items[1]).toMatchObject({ by: null, user, session: null, ip: '203.0.113.9' });
    expect(await actions({ user: ann.id, kind: 'refusals' })).toEqual(['sign_in_refused']);
  });

  it('is read in pages, and what comes meanwhile moves none', async () => {
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) await auth.login('admin');
    const all = (await list()).items.map(({ id }) => id);
    for (let cursor: string | undefined; ; ) {
      const page = await list({ limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
      await auth.login('admin');
    }
    expect(seen).toEqual(all);
    expect(await outcome(list({ cursor: 'bm8' }))).toBe('invalid');
  });

  it('has one entry a minute from an address that tries names nobody has: it cannot be filled from outside', async () => {
    for (let i = 0; i < 5; i++) await outcome(auth.login(`nobody${i}`, 'x', '203.0.113.9'));
    await outcome(auth.login('nobody', 'x', '203.0.113.10'));
    expect(await actions({ kind: 'refusals' })).toHaveLength(2);
    auth.clock.advance(60_000);
    await outcome(auth.login('nobody', 'x', '203.0.113.9'));
    expect(await actions({ kind: 'refusals' })).toHaveLength(3);
  });

  it('takes what happened in rooms once, however often it is told, and shows it by its time', async () => {
    const ann = await auth.someone('ann');
    const room = randomUUID();
    const fact = (id: string, more: Partial<AuditFact>): AuditFact => ({
      id,
      ts: new Date(auth.clock.now() - 1_000).toISOString(),
      action: 'member_removed',
      by: admin.id,
      user: ann.id,
      room,
      room_name: 'lobby',
      ...more,
    });
    const facts = [fact('a', {}), fact('b', { action: 'message_deleted', seq: 7 })];
    await auth.call(recordAudit, { facts });
    await Promise.all([
      auth.call(recordAudit, { facts }),
      auth.call(recordAudit, { facts: [...facts, fact('c', {})] }),
    ]);
    expect(await actions({ kind: 'removals' })).toEqual(['member_removed', 'member_removed']);
    const { items } = await list({ kind: 'deletions' });
    expect(items).toMatchObject([
      {
        action: 'message_deleted',
        by: { username: 'admin' },
        user: { username: 'ann' },
        room: { id: room, name: 'lobby' },
        details: { seq: 7 },
      },
    ]);
    expect((await actions())[0]).toBe('signed_in');
  });

  it('is kept as long as the operator says', async () => {
    auth.clock.advance(30 * 24 * 3_600_000);
    await auth.login('admin');
    await auth.first.get(HousekeepingService).run();
    expect(await actions()).toEqual(['signed_in']);
  });
});

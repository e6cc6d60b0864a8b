import { createTicket, logout, redeemTicket } from '@natter/contracts/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, TestAuthService } from '../testing/auth-service.js';

let auth: TestAuthService;
let people = 0;
beforeAll(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' }, 2);
});
afterAll(() => auth.stop());

const someone = async () => {
  const name = `someone${++people}`;
  const { user } = await auth.register(name);
  return { actor: user.id, session: (await auth.login(name)).session };
};
const redeem = (ticket: string) => auth.call(redeemTicket, { ticket });

describe('a ticket', () => {
  it('tells once whose it is, however many ask at once over however many replicas', async () => {
    const who = await someone();
    const { ticket, expires_in } = await auth.call(createTicket, who);
    expect(expires_in).toBe(30);
    const answers = await Promise.all(Array.from({ length: 12 }, () => redeem(ticket).catch(() => null)));
    expect(answers.filter((answer) => answer !== null)).toEqual([{ user: who.actor, session: who.session }]);
  });

  it('is good for 30 s', async () => {
    const who = await someone();
    const [early, late] = [await auth.call(createTicket, who), await auth.call(createTicket, who)];
    auth.clock.advance(29_999);
    expect(await outcome(redeem(early.ticket))).toBe('ok');
    auth.clock.advance(1);
    expect(await outcome(redeem(late.ticket))).toBe('unauthenticated');
  });

  it('dies with its session, and is not made for one that has ended or is somebody else’s', async () => {
    const [who, other] = [await someone(), await someone()];
    const { ticket } = await auth.call(createTicket, who);
    await auth.call(logout, { session: who.session });
    expect(await outcome(redeem(ticket))).toBe('unauthenticated');
    expect(await outcome(auth.call(createTicket, who))).toBe('session_revoked');
    expect(await outcome(auth.call(createTicket, { ...other, actor: who.actor }))).toBe('session_revoked');
  });

  it('does not open a socket for a user who has been disabled', async () => {
    const who = await someone();
    const { ticket } = await auth.call(createTicket, who);
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [who.actor]);
    expect(await outcome(redeem(ticket))).toBe('forbidden');
    expect(await outcome(auth.call(createTicket, who))).toBe('forbidden');
  });

  it('is kept only as a hash, and nothing opens with something that is none', async () => {
    const { ticket } = await auth.call(createTicket, await someone());
    expect(JSON.stringify(await auth.db.query('SELECT * FROM tickets'))).not.toContain(ticket);
    expect(await outcome(redeem(String.fromCharCode(0)))).toBe('unauthenticated');
    expect(await outcome(redeem(''))).toBe('unauthenticated');
  });
});

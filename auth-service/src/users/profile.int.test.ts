import { listAudit } from '@natter/contracts/admin';
import { getAccount, patchAccount, type UserChanged } from '@natter/contracts/auth';
import { getAvatar, setAvatar } from '@natter/contracts/avatars';
import { subjects } from '@natter/contracts/subjects';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, fakeRoomService, goodPassword, outcome, TestAuthService } from '../testing/auth-service.js';

let auth: TestAuthService;
let ann: Awaited<ReturnType<TestAuthService['someone']>>;
beforeEach(async () => {
  auth = await TestAuthService.start({}, 1);
  ann = await auth.someone('ann');
});
afterEach(() => auth.stop());

const patch = (body: object, who = ann) => auth.call(patchAccount, { ...who.as, ...body });
const me = async () => (await auth.call(getAccount, { actor: ann.id })).user;

describe('a display name', () => {
  it('is kept as people read it, told to everybody and handed to the room-service', async () => {
    const rooms = fakeRoomService(auth.bus);
    const told: UserChanged[] = [];
    auth.bus.onJson<UserChanged>(subjects.userChanged, (event) => told.push(event));
    const { user } = await patch({ display_name: '  Ann \t\u202e of\u00a0\u00a0the\nLlamas \u200b' });
    expect(user.display_name).toBe('Ann of the Llamas');
    expect(rooms.copies.get(ann.id)).toMatchObject({ display_name: 'Ann of the Llamas', version: 2 });
    await eventually(() => told.length > 0, 'the event');
    expect(told[0]).toMatchObject({ user: { id: ann.id, display_name: 'Ann of the Llamas' }, version: 2 });
    expect((await patch({ display_name: '👩‍👩‍👧 Ängström' })).user.display_name).toBe('👩‍👩‍👧 Ängström');
  });

  it.each(['', '   ', '\u200b\u2060', '\u3164', 'x'.repeat(65), 'a\u0000b'])('is not %j', async (display_name) => {
    expect(await outcome(patch({ display_name }))).toBe('bad_request');
    expect((await me()).display_name).toBe('ann');
  });
});

describe('an email', () => {
  it('needs the password, and nothing else does', async () => {
    expect(await outcome(patch({ email: 'new@example.org' }))).toBe('bad_request');
    expect(await outcome(patch({ email: 'new@example.org', password: 'wrong' }))).toBe('invalid_credentials');
    expect(await outcome(patch({ display_name: 'Ann', password: 'wrong' }))).toBe('ok');
    expect(await me()).toMatchObject({ email: 'ann@example.org', display_name: 'Ann' });
    const { user } = await patch({ email: 'New@example.org', password: goodPassword });
    expect(user.email).toBe('New@example.org');
    expect(await outcome(auth.login('new@EXAMPLE.org'))).toBe('ok');
    expect(await outcome(auth.login('ann@example.org'))).toBe('invalid_credentials');
  });

  it('lets nobody guess the password', async () => {
    for (let i = 0; i < 5; i++) await outcome(patch({ email: 'new@example.org', password: `wrong ${i}` }));
    expect(await outcome(patch({ email: 'new@example.org', password: goodPassword }))).toBe('rate_limited');
    expect(await outcome(auth.login('ann'))).toBe('rate_limited');
  });

  it('that somebody has is refused in any case, in the words of a registration, and nothing else changes', async () => {
    await auth.register('ben');
    const taken = patch({ email: 'BEN@example.org', password: goodPassword, display_name: 'Other' });
    await expect(taken).rejects.toMatchObject({ code: 'account_exists', details: {} });
    expect(await me()).toMatchObject({ email: 'ann@example.org', display_name: 'ann' });
    expect((await patch({ email: 'ANN@example.org', password: goodPassword })).user.email).toBe('ANN@example.org');
  });

  it('may be tried ten times an hour from one address, so that nobody looks through emails', async () => {
    await auth.register('ben');
    for (let i = 0; i < 9; i++)
      expect(await outcome(patch({ email: 'ben@example.org', password: goodPassword }))).toBe('account_exists');
    expect(await outcome(patch({ email: 'new@example.org', password: goodPassword }))).toBe('ok');
    expect(await outcome(patch({ email: 'newer@example.org', password: goodPassword }))).toBe('rate_limited');
    expect(await outcome(patch({ display_name: 'Ann' }))).toBe('ok');
  });

  it('is taken by one of two who want it at once', async () => {
    const ben = await auth.someone('ben');
    const want = (who: typeof ann) => outcome(patch({ email: 'one@example.org', password: goodPassword }, who));
    expect((await Promise.all([want(ann), want(ben)])).sort()).toEqual(['account_exists', 'ok']);
  });

  it('is written down without being named', async () => {
    await auth.crown(ann.id);
    await outcome(patch({ email: 'new@example.org', password: 'wrong' }));
    await patch({ email: 'new@example.org', password: goodPassword });
    const { items } = await auth.call(listAudit, { actor: ann.id });
    expect(items.slice(0, 2).map(({ action }) => action)).toEqual(['email_changed', 'email_change_refused']);
    expect(JSON.stringify(items)).not.toContain('new@');
  });
});

describe('an avatar', () => {
  const picture = (text: string): string => Buffer.from(text).toString('base64');
  const set = async (text: string) =>
    (await auth.call(setAvatar, { ...ann.as, picture: picture(text) })).user.avatar ?? '';
  const get = (path: string) => {
    const [, , , user = '', version = ''] = path.split('/');
    return auth.call(getAvatar, { user, version });
  };

  it('has a path of its own for each picture, and behind a path is that picture or none', async () => {
    const rooms = fakeRoomService(auth.bus);
    const first = await set('a llama');
    expect(first).toMatch(new RegExp(`^/api/avatars/${ann.id}/[0-9a-f]{32}$`));
    expect(await get(first)).toEqual({ picture: picture('a llama') });
    await eventually(() => rooms.copies.get(ann.id)?.avatar === first, 'the room-service has it');
    expect(await set('a llama')).toBe(first);
    const second = await set('another llama');
    expect(await outcome(get(first))).toBe('not_found');
    expect(await get(second)).toEqual({ picture: picture('another llama') });
    const ben = await auth.someone('ben');
    expect(await outcome(get(second.replace(ann.id, ben.id)))).toBe('not_found');
  });

  it('may go or stay; what is not there cannot be taken', async () => {
    const avatar = await set('a llama');
    expect((await patch({ avatar })).user.avatar).toBe(avatar);
    expect((await patch({ display_name: 'Ann' })).user.avatar).toBe(avatar);
    expect(await outcome(patch({ avatar: '/api/avatars/another' }))).toBe('invalid');
    expect((await patch({ avatar: null })).user.avatar).toBeNull();
    expect(await outcome(get(avatar))).toBe('not_found');
    expect(await auth.db.query('SELECT 1 FROM avatars')).toEqual([]);
  });

  it('is not given to an account that is disabled, or gone', async () => {
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [ann.id]);
    expect(await outcome(set('a llama'))).toBe('forbidden');
    const actor = '00000000-0000-4000-8000-000000000000';
    const nobody = auth.call(setAvatar, { ...ann.as, actor, picture: picture('a llama') });
    expect(await outcome(nobody)).toBe('unauthenticated');
    expect(await auth.db.query('SELECT 1 FROM avatars')).toEqual([]);
  });
});

describe('an account that is disabled, or gone', () => {
  it('cannot be changed', async () => {
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [ann.id]);
    expect(await outcome(patch({ display_name: 'Ann' }))).toBe('forbidden');
    const nobody = { ...ann, as: { ...ann.as, actor: '00000000-0000-4000-8000-000000000000' } };
    expect(await outcome(patch({ display_name: 'Ann' }, nobody))).toBe('unauthenticated');
    expect(await outcome(patch({ email: 'x@example.org', password: 'x' }, nobody))).toBe('unauthenticated');
  });
});

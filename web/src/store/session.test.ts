import type { OwnAccount } from '@natter/client/own-account';
import type { Rest } from '@natter/client/rest';
import type { Account } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { describe, expect, it } from 'vitest';
import { accountKey, type KeyStore, Session } from './session.js';

const ada = {
  id: 'u1',
  username: 'ada',
  display_name: 'Ada',
  avatar: null,
  email: 'a@b.c',
  admin: false,
  permissions: [],
} as Account;

function memoryKeys(account?: Account): KeyStore & { held: Map<string, string> } {
  const held = new Map<string, string>(account ? [[accountKey, JSON.stringify(account)]] : []);
  return {
    held,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}
const rest = (account: Partial<OwnAccount>) => ({ account }) as Rest;
const fails = (code: 'unauthenticated' | 'unavailable') => () => Promise.reject(new NatterError(code));

describe('the session', () => {
  it('starts with who was here last, before the server is asked', () => {
    const session = new Session(rest({}), memoryKeys(ada));
    expect(session.state.session).toEqual({ status: 'signed_in', account: ada, isVerified: false });
  });

  it('keeps them while the server cannot be reached', async () => {
    const session = new Session(rest({ me: fails('unavailable') }), memoryKeys(ada));
    await session.verify();
    expect(session.account).toEqual(ada);
  });

  it('lets them go when the server says so', async () => {
    const keys = memoryKeys(ada);
    const session = new Session(rest({ me: fails('unauthenticated') }), keys);
    await session.verify();
    expect(session.state.session).toEqual({ status: 'signed_out', why: 'expired' });
    expect(keys.held.size).toBe(0);
  });

  it('tells somebody new from a server that does not answer', async () => {
    const fresh = new Session(rest({ me: fails('unauthenticated') }), memoryKeys());
    await fresh.verify();
    expect(fresh.state.session).toEqual({ status: 'signed_out', why: 'never' });
    const alone = new Session(rest({ me: fails('unavailable') }), memoryKeys());
    await alone.verify();
    expect(alone.state.session).toEqual({ status: 'unreachable' });
  });

  it('is signed out here even if the server did not hear it', async () => {
    const session = new Session(rest({ logout: fails('unavailable') }), memoryKeys(ada));
    await session.signOut().catch(() => {});
    expect(session.state.session).toEqual({ status: 'signed_out', why: 'left' });
  });

  it('follows another tab', () => {
    const keys = memoryKeys(ada);
    const session = new Session(rest({}), keys);
    keys.held.clear();
    session.changedElsewhere();
    // Not `left`: the other tab may have expired, and what was not sent must stay.
    expect(session.state.session).toEqual({ status: 'signed_out', why: 'elsewhere' });
    keys.held.set(accountKey, JSON.stringify(ada));
    session.changedElsewhere();
    expect(session.account).toEqual(ada);
  });

  it('starts without a broken memory', () => {
    const keys = memoryKeys();
    keys.held.set(accountKey, '{"id"');
    expect(new Session(rest({}), keys).account).toBeUndefined();
  });
});

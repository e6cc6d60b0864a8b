import fastifyCookie from '@fastify/cookie';
import type { IssuedTokens } from '@natter/contracts/auth';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { TokenCookies } from './token-cookies.js';

const tokens = {
  access_token: 'a.b.c',
  refresh_token: 'r',
  expires_in: 900,
  refresh_expires_in: 86_400,
} as IssuedTokens;

async function setCookies(insecure: boolean, act: 'set' | 'clear'): Promise<string[]> {
  const cookies = new TokenCookies(insecure);
  const instance = fastify();
  await instance.register(fastifyCookie);
  instance.get('/', (_, reply) => {
    if (act === 'set') cookies.set(reply, tokens);
    else cookies.clear(reply);
    return reply.send();
  });
  const { headers } = await instance.inject('/');
  return [headers['set-cookie'] ?? []].flat();
}

describe('the tokens of a browser', () => {
  it('are in cookies that only https and no script gets', async () => {
    expect(await setCookies(false, 'set')).toEqual([
      '__Host-natter_access=a.b.c; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Secure-natter_refresh=r; Max-Age=86400; Path=/api/auth; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it('on a plain-HTTP install have neither Secure nor the prefixes', async () => {
    expect(await setCookies(true, 'set')).toEqual([
      'natter_access=a.b.c; Max-Age=900; Path=/; HttpOnly; SameSite=Lax',
      'natter_refresh=r; Max-Age=86400; Path=/api/auth; HttpOnly; SameSite=Lax',
    ]);
  });

  it('are cleared where they were set', async () => {
    const [access, refresh] = await setCookies(false, 'clear');
    expect(access).toMatch(/^__Host-natter_access=; Max-Age=0; Path=\/;.*Secure/);
    expect(refresh).toMatch(/^__Secure-natter_refresh=; Max-Age=0; Path=\/api\/auth;/);
  });
});

// Who a request says it comes from: mostly somebody who may, in one of the ways the contract has; else with proof that is none.
import { type Header, headerText } from './headers.js';
import { bytes, type Lot, weighted } from './lots.js';
import { nastyText } from './nasty.js';

/** What a request may say about who sends it. */
export interface Speaker {
  token: string;
  refreshToken: string;
  address: string;
}

/** The names of the cookies on plain HTTP. */
const [accessCookie, refreshCookie] = ['natter_access', 'natter_refresh'];

export function credentials(
  lot: Lot,
  { token, refreshToken, address }: Speaker,
): { headers: Header[]; isSignedIn: boolean } {
  const own: Header = ['Authorization', `Bearer ${token}`];
  const from: Header = ['X-Forwarded-For', address];
  const cookie: Header = ['Cookie', `${accessCookie}=${token}; ${refreshCookie}=${refreshToken}`];
  const made = weighted<() => { headers: Header[]; isSignedIn?: true }>(lot, [
    [75, () => ({ headers: [own], isSignedIn: true })],
    [
      6,
      () => ({
        headers: [
          ['Cookie', `${accessCookie}=${token}`],
          ['X-Natter', '1'],
        ],
        isSignedIn: true,
      }),
    ],
    [2, () => ({ headers: [cookie, ...(lot.chance(0.5) ? [['X-Natter', '1'] as const] : [])] })],
    [4, () => ({ headers: [] })],
    [3, () => ({ headers: [['Authorization', `Bearer ${forged(token, lot)}`]] })],
    [
      3,
      () => ({
        headers: [
          ['Authorization', headerText(lot.pick([token, `Basic ${token}`, `bearer  ${token} x`, nastyText(lot)]))],
        ],
      }),
    ],
    [
      2,
      () => ({
        headers: [['Cookie', headerText(`${accessCookie}=${nastyText(lot)}; ${nastyText(lot)}; =; ${refreshCookie}`)]],
      }),
    ],
    [
      2,
      () => ({
        headers: [
          ['Cookie', `${accessCookie}=${forged(token, lot)}`],
          ['X-Natter', lot.pick(['0', '1, 1', ''])],
        ],
      }),
    ],
    [2, () => ({ headers: [own, ['Authorization', 'Bearer x'], cookie] })],
    [1, () => ({ headers: [['Cookie', `${'a=b; '.repeat(lot.between(100, 2_000))}`]] })],
  ])();
  return { headers: [from, ...made.headers], isSignedIn: made.isSignedIn === true };
}

/** A token somebody made who has no key. */
function forged(token: string, lot: Lot): string {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return weighted<() => string>(lot, [
    [1, () => `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`],
    [
      1,
      () =>
        `${part({ alg: 'HS256', typ: 'at+jwt', kid: lot.pick(['', '../x', '__proto__', 'a']) })}.${claims}.${signature}`,
    ],
    [1, () => `${head}.${part({ sub: 'admin', sid: 'x', exp: 1e12, iss: 'natter', aud: 'natter' })}.${signature}`],
    [1, () => `${head}.${claims}.${'A'.repeat(86)}`],
    [1, () => `${head}.${claims}`],
    [1, () => `${head}.${claims}.${signature}.x`],
    [1, () => `..`],
    [1, () => token.slice(0, lot.between(0, token.length))],
    [1, () => Buffer.from(bytes(lot, 300)).toString('base64url')],
    [1, () => `${part({ alg: 'EdDSA', typ: 'at+jwt', jwk: {}, crit: ['x'], b64: false })}.${claims}.${signature}`],
  ])();
}

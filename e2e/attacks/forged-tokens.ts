// Access tokens that must open nothing: forged without the server's key, and, worse, signed with it but saying something that no access
// token may say.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';

export interface Forgery {
  name: string;
  token: string;
}

type Part = Record<string, unknown>;

export interface Material {
  /** A good access token of somebody. */
  good: string;
  /** The server's own key, as only its database knows it. */
  privateJwk: JsonWebKey & { kid: string };
  /** Secrets of other kinds, which are no access tokens. */
  refreshToken: string;
  ticket: string;
  /** A good token of somebody else. */
  other: string;
}

const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const decode = (part = ''): Part => JSON.parse(Buffer.from(part, 'base64url').toString()) as Part;
const bySecret = (input: string, digest: string, secret: string | Buffer): string =>
  createHmac(digest, secret).update(input).digest('base64url');

/** @returns more than forty tokens, each with what is wrong with it; `control` is good, made the same way */
export function forgeTokens({ good, privateJwk, refreshToken, ticket, other }: Material): {
  control: string;
  forged: Forgery[];
} {
  const [goodHead = '', goodClaims = '', goodSignature = ''] = good.split('.');
  const head = decode(goodHead);
  const claims = decode(goodClaims);
  const own = createPrivateKey({ key: privateJwk, format: 'jwk' });
  const published = createPublicKey(own);
  const publicJwk = published.export({ format: 'jwk' });
  const stranger = generateKeyPairSync('ed25519');
  const strangerJwk = stranger.publicKey.export({ format: 'jwk' });
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const nowS = Math.floor(Date.now() / 1_000);

  const signed = (header: Part | string, payload: Part | string, key: KeyObject = own): string => {
    const input = `${encode(header)}.${encode(payload)}`;
    return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
  };
  const withHead = (changes: Part): string => signed({ ...head, ...changes }, claims);
  const withClaims = (changes: Part): string => signed(head, { ...claims, ...changes });
  const without = (part: Part, key: string): Part =>
    Object.fromEntries(Object.entries(part).filter(([k]) => k !== key));
  const hmac = (alg: string, digest: string, secret: string | Buffer): string => {
    const input = `${encode({ ...head, alg })}.${goodClaims}`;
    return `${input}.${bySecret(input, digest, secret)}`;
  };
  const asymmetric = (alg: string, key: KeyObject): string => {
    const input = `${encode({ ...head, alg })}.${goodClaims}`;
    const signature = sign('sha256', Buffer.from(input), alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key);
    return `${input}.${signature.toString('base64url')}`;
  };
  const foreign = (changes: Part): string => signed({ ...head, ...changes }, claims, stranger.privateKey);

  const unsigned = Object.fromEntries(
    ['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => [
      [`alg «${alg}» without a signature`, `${encode({ ...head, alg })}.${goodClaims}.`],
      [`alg «${alg}» with the good signature`, `${encode({ ...head, alg })}.${goodClaims}.${goodSignature}`],
    ]),
  );
  const confused = {
    'HS256 with the public key, raw': hmac('HS256', 'sha256', Buffer.from(String(publicJwk.x), 'base64url')),
    'HS256 with the public key, base64url': hmac('HS256', 'sha256', String(publicJwk.x)),
    'HS256 with the public key, PEM': hmac('HS256', 'sha256', published.export({ type: 'spki', format: 'pem' })),
    'HS256 with the public key, DER': hmac('HS256', 'sha256', published.export({ type: 'spki', format: 'der' })),
    'HS256 with the public key, JWK': hmac('HS256', 'sha256', JSON.stringify(publicJwk)),
    'HS512 with the key id': hmac('HS512', 'sha512', privateJwk.kid),
    'HS256 with an empty secret': hmac('HS256', 'sha256', ''),
    'ES256 by another key': asymmetric('ES256', curve),
    'RS256 by another key': asymmetric('RS256', rsa),
    'alg in lower case': withHead({ alg: 'eddsa' }),
    'two algs, the last one none': `${encode(`{"alg":"EdDSA","typ":"at+jwt","kid":"${privateJwk.kid}","alg":"none"}`)}.${goodClaims}.`,
  };
  const injected = {
    'another key under the good id': foreign({}),
    'another key in jwk': foreign({ jwk: strangerJwk }),
    'another key in jwk, without an id': signed(
      without({ ...head, jwk: strangerJwk }, 'kid'),
      claims,
      stranger.privateKey,
    ),
    'jku to a key of ours': foreign({ jku: 'http://127.0.0.1:9/jwks.json' }),
    'x5u to a certificate': foreign({ x5u: 'http://127.0.0.1:9/cert.pem' }),
    'x5c with a certificate': foreign({ x5c: ['MIIB'] }),
    'kid of nobody': foreign({ kid: 'nobody' }),
    'kid as a path': foreign({ kid: '../../../../dev/null' }),
    'kid as SQL': foreign({ kid: "' UNION SELECT 'x" }),
    'kid as a list': foreign({ kid: [privateJwk.kid] }),
    'kid as a prototype': foreign({ kid: '__proto__' }),
  };
  const misstated = {
    'wrong aud': withClaims({ aud: 'elsewhere' }),
    'aud with others only': withClaims({ aud: ['a', 'b'] }),
    'no aud': signed(head, without(claims, 'aud')),
    'wrong iss': withClaims({ iss: 'https://evil.example' }),
    'no iss': signed(head, without(claims, 'iss')),
    'typ JWT': withHead({ typ: 'JWT' }),
    'typ of a refresh token': withHead({ typ: 'rt+jwt' }),
    'no typ': signed(without(head, 'typ'), claims),
    'expired a minute ago': withClaims({ exp: nowS - 60 }),
    'expired long ago': withClaims({ exp: 1 }),
    'no exp': signed(head, without(claims, 'exp')),
    'exp as text': withClaims({ exp: '9999999999' }),
    'not before tomorrow': withClaims({ nbf: nowS + 86_400 }),
    'no sub': signed(head, without(claims, 'sub')),
    'sub as a list': withClaims({ sub: [claims['sub']] }),
    'no sid': signed(head, without(claims, 'sid')),
    'sid as a number': withClaims({ sid: 7 }),
    'no jti': signed(head, without(claims, 'jti')),
    'no iat': signed(head, without(claims, 'iat')),
    'a critical header nobody knows': withHead({ crit: ['exp-more'], 'exp-more': 1 }),
    'payload not encoded (b64)': withHead({ crit: ['b64'], b64: false }),
    'claims that are a list': signed(head, '[]'),
    'claims that are no JSON': signed(head, 'nonsense'),
  };
  const broken = {
    'cut by one': good.slice(0, -1),
    'cut in half': good.slice(0, good.length / 2),
    'two parts': `${goodHead}.${goodClaims}`,
    'four parts': `${good}.x`,
    'five parts, as if encrypted': `${goodHead}.x.x.x.x`,
    'no signature': `${goodHead}.${goodClaims}.`,
    'signature of another token': `${goodHead}.${goodClaims}.${other.split('.')[2]}`,
    'claims of another token': `${goodHead}.${other.split('.')[1]}.${goodSignature}`,
    'changed sub': `${goodHead}.${encode({ ...claims, sub: '00000000-0000-4000-8000-000000000000' })}.${goodSignature}`,
    'of dots': '..',
    'very long': `${goodHead}.${'A'.repeat(6_000)}.${goodSignature}`,
    'a refresh token': refreshToken,
    'a ticket': ticket,
  };
  const forged = Object.entries({ ...unsigned, ...confused, ...injected, ...misstated, ...broken });
  return { control: signed(head, claims), forged: forged.map(([name, token]) => ({ name, token })) };
}

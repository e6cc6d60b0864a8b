// The token of a link: which verification it is of, and the secret that shows it. Opaque to everybody else.
import { timingSafeEqual } from 'node:crypto';
import { secretHash } from '../tokens/secret.js';

export const verificationToken = (id: string, secret: string): string => `${id}.${secret}`;

/** Undefined for what cannot be a token. */
export function readToken(token: string): { id: string; secret: string } | undefined {
  const [, id, secret] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Whether a secret is one of those that were sent; takes as long for each of them. */
export function isOneOf(secret: string, hashes: readonly string[]): boolean {
  const hash = Buffer.from(secretHash(secret));
  return hashes.map((sent) => timingSafeEqual(Buffer.from(sent), hash)).includes(true);
}

// Secrets that are handed out and never kept: 256 random bits, of which the database holds the hash.
import { createHash, randomBytes } from 'node:crypto';

export const newSecret = (): string => randomBytes(32).toString('base64url');

/** A plain hash will do: there is nothing to guess in 256 random bits. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

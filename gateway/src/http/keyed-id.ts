// The id of what is created with an `Idempotency-Key`: the same for ever, so that a repeat is known wherever and whenever it comes.
import { createHash } from 'node:crypto';

/** A UUID (version 8) of what is made, the user and their key; nobody else's key makes the same. */
export function keyedId(made: 'message' | 'room' | 'invite' | 'file', user: string, key: string): string {
  const bytes = createHash('sha256').update(`natter ${made} ${user} ${key}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

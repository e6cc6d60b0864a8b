// The id of a message that came with an `Idempotency-Key` instead of one: the same for ever, so nothing needs to be remembered.
import { createHash } from 'node:crypto';

/** A UUID (version 8) of the user and their key; nobody else's key makes the same. */
export function keyedId(user: string, key: string): string {
  const bytes = createHash('sha256').update(`natter message ${user} ${key}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

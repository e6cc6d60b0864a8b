// Brings one key to what a batch says, whatever stands there, or gives up: nothing may be written after the
// gateway has sent the batch again, for then it could undo what came later.
import { NatterError } from '@natter/contracts/errors';
import type { Bucket } from '../store/bucket.js';

export interface KeyWish {
  bucket: Bucket;
  key: string;
  /** What the key shall hold; null: nothing. */
  value: string | null;
  /** Where the index says it stands, and whether what stands there is what is wished. */
  known: { revision: number; same: boolean } | undefined;
  /** Write even what stands there already, so that its revision shows that it was said again. */
  refresh: boolean;
  /** A marker means that the key's time is over (connections come once), so a late wish for it is dropped. */
  once: boolean;
}

/** @throws NatterError `unavailable` when the store does not answer or time runs out: the batch is to be sent again */
export async function writeKey(wish: KeyWish, isLate: () => boolean): Promise<void> {
  const { bucket, key, value, known, refresh } = wish;
  if (value !== null && known?.same && !refresh) return;
  let expected = known?.revision ?? 0;
  // Nothing known of a key that shall go: another replica may have written it a moment ago.
  let isSure = value !== null || known !== undefined;
  while (!isLate()) {
    if (isSure && (await bucket.write(key, value, expected)) !== null) return;
    const found = await bucket.read(key);
    const stands = found?.value ?? null;
    if (value === null && stands === null) return;
    if (value !== null && stands === value && !refresh) return;
    if (value !== null && wish.once && found !== null && stands === null && !refresh) return;
    expected = found?.revision ?? 0;
    isSure = true;
  }
  throw new NatterError('unavailable', { retryAfterMs: 500, detail: 'the registry is too slow' });
}

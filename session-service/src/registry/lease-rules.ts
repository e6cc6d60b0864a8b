// Who may speak for an instance. Pure, so that every case can be tested.
import type { Lease } from '@natter/contracts/sessions';

/**
 * A lease as it stands in the bucket. `store` names the buckets it was taken in: when one of them was lost and made anew, what
 * the instance registered is gone, and the lease counts for nothing. `fulls` counts how often the instance began to register in
 * full; entries at or below `floors` are from before the last time: those that were not put again are no longer true.
 */
export interface StoredLease extends Lease {
  store: string;
  fulls: number;
  floors: { connections: number; interest: number };
}

export interface Claim {
  incarnation: string;
  started_at: number;
  full?: 'first' | 'more' | undefined;
}

/**
 * - `held`: the claim's incarnation holds the lease, go on.
 * - `take`: it begins to register in full and may have the lease.
 * - `anew`: nothing is known of it; it must register in full first.
 * - `stale`: an incarnation that started later (or just as late, and was first) holds the lease.
 */
export type Verdict = 'held' | 'take' | 'anew' | 'stale';

/** Judges a claim against the lease that stands (null: none) in the store of today. */
export function judge(claim: Claim, lease: StoredLease | null, store: string): Verdict {
  const other = lease !== null && lease.incarnation !== claim.incarnation;
  if (other && claim.started_at <= lease.started_at) return 'stale';
  if (claim.full === 'first') return 'take';
  return lease === null || other || lease.store !== store ? 'anew' : 'held';
}

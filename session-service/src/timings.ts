// Every span of time of the registry in one place, so that tests can shorten them. Milliseconds.
import { leaseRenewMs, leaseTtlMs } from '@natter/contracts/sessions';

export const TIMINGS = Symbol('timings');

export const timings = {
  /** A lease that was not seen renewed for this long is dropped. */
  leaseTtlMs,
  /** A batch writes the lease anew when its last write is older than this; renewals come every `leaseRenewMs`. */
  renewAfterMs: leaseRenewMs / 2,
  /** How often expiry is looked at. A tick that comes five times later than this means that we were not listening. */
  tickMs: 1_000,
  /** Since an instance last began to register in full (after a loss: since the loss, if it does not): what it did not say again is gone. */
  confirmMs: 15_000,
  /** Leftovers of a gone instance are removed after this and as much again at random, unless another replica did it. */
  leftoverMs: 5_000,
  /** A batch that takes longer is given up: well below the 3 s that a gateway waits, so that nothing is written after the retry. */
  batchMs: 2_000,
  /** How often the buckets are compared with what was opened. */
  checkMs: 2_000,
  /** Reading the buckets at start or after a loss; then it is tried again. */
  openMs: 10_000,
  /** Markers of deleted keys are kept this long, so that late writes are refused, then removed from the bucket. */
  markerMs: 60_000,
  surplus: {
    /** How often it is looked at users with too many sockets, who are named to all instances. */
    tickMs: 200,
    /** What an instance closed by itself is known by then; and again, so long after they were named. */
    afterMs: 600,
  },
  presence: {
    /** How often changes of presence are told. */
    tickMs: 250,
    /** Somebody who goes is seen for so long still: well below the 5 s of the contract, and longer than most reconnects take. */
    returnMs: 2_500,
    /** Others hear of one user at most this often. */
    calmMs: 2_000,
    /** A replica says this often that it is there; unheard for `silentMs` it is gone. */
    beatMs: 1_000,
    silentMs: 3_000,
    /** What another replica had to tell is remembered this long, in case it dies; a new one listens as long. */
    keepMs: 10_000,
    warmUpMs: 10_000,
    /** How often the auth-service is told when users were connected. */
    seenMs: 5_000,
  },
  /** When `registryReset` is published after a loss: a gateway may be back on the bus later than we are. */
  announceMs: [0, 700, 2_000, 4_000] as readonly number[],
};

export type Timings = typeof timings;

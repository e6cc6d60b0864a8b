// When a user is told again of a room, and for how long a device that does not answer is left alone.
import { retryDelay } from '@natter/service-kit/retry';

/** One push a room in this time, however much is said there; with the wait of 10 s it keeps within the 30 s of P16. */
const intervalMs = 15_000;
/** After so many in a row (five minutes of talk) somebody is away for longer: from then on the interval doubles … */
const eager = 20;
/** … up to this. */
const intervalMaxMs = 15 * 60_000;

/** @param streak pushes about a room since the user was last there @returns how old the last one must be before the next */
export const pushInterval = (streak: number): number =>
  Math.min(intervalMs * 2 ** Math.min(Math.max(0, streak - eager), 20), intervalMaxMs);

/** Failures in a row after which a device is given up: about five days. */
export const failuresMax = 100;
const backOffMs = 4_000;
const backOffMaxMs = 3_600_000;

/** @param failures in a row, before this one @param askedMs what the push service asked for, when it did */
export const backOff = (failures: number, askedMs = 0): number =>
  Math.min(Math.max(retryDelay(failures, backOffMs, backOffMaxMs), askedMs), 24 * backOffMaxMs);

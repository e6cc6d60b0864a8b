// Whether this machine gave us the processor. On one that is busy with other things an answer may be late though nothing is wrong with the
// system: it stands in the same queue as we do.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const LOOK_MS = 100;
/** A gap above it is not of our making: no piece of ours works that long at once. */
const STALL_MS = 400;
/** How long a stall explains late answers: the time of an answer, and what it takes to work off what came meanwhile. */
const EXCUSE_MS = 12_000;

export class Stalls {
  count = 0;
  worstMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  readonly #delays = monitorEventLoopDelay({ resolution: 10 });
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);

  constructor() {
    this.#delays.enable();
  }

  /** True when a late answer of now may be the machine's. */
  get isExcuse(): boolean {
    this.#look();
    return performance.now() - this.#lastMs < EXCUSE_MS;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  #look(): void {
    const ms = this.#delays.max / 1e6;
    this.#delays.reset();
    if (ms < STALL_MS) return;
    this.count += 1;
    this.worstMs = Math.max(this.worstMs, ms);
    this.#lastMs = performance.now();
  }
}

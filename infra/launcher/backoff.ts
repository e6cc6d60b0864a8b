// How long a part that died stays down: short at first, longer each time, so that a part that cannot
// start does not eat the machine; random, so that parts that died together do not come back together.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const CALM_MS = 30_000;

export class Backoff {
  #failures = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /**
   * The wait before the next start.
   *
   * @param ranMs how long the part had run; `CALM_MS` or more forgives all earlier deaths
   * @returns between half and all of min(30 s, 0.5 s · 2ⁿ), in milliseconds
   */
  next(ranMs: number): number {
    if (ranMs >= CALM_MS) this.#failures = 0;
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(ceiling * (0.5 + this.random() / 2));
  }
}

// A campaign: which fault runs when with which seed, on systems that stand one at a time.
import { type Fault, type Size } from './fault.js';
import { Field } from './field.js';
import type { Options } from './options.js';
import { run, type RunResult } from './run.js';

/** In `--quick`, which runs on machines busy with other things, only what took this many times too long is a finding. */
export const QUICK_PATIENCE = 4;

export interface Job {
  fault: Fault;
  seed: number;
}

/**
 * In which order everything runs. A system of its own takes long to start, so faults that need the same one go
 * together; a campaign with nothing but a time limit goes round by round, so that each row gets its share of it.
 *
 * @param faultsOf what a round consists of
 */
export function* jobsOf(options: Options, faultsOf: (round: number) => readonly Fault[]): Generator<Job> {
  const inRounds = function* (fits: (fault: Fault) => boolean): Generator<Job> {
    for (const [round, seed] of options.seeds.entries())
      for (const fault of faultsOf(round).filter(fits)) yield { fault, seed };
  };
  if (options.isEndless) return yield* inRounds(() => true);
  for (const needs of ['clocks', 'small-disk', undefined]) yield* inRounds((fault) => fault.needs === needs);
}

export class Campaign {
  readonly results: RunResult[] = [];
  /** Faults this machine cannot do, and why. */
  readonly skipped = new Map<string, string>();
  #field: { needs: Fault['needs']; at: Promise<Field> } | undefined;

  constructor(
    private readonly size: Size,
    private readonly say: (sentence: string) => void,
  ) {}

  /** One run, unless this machine cannot do it. */
  async take({ fault, seed }: Job): Promise<RunResult | undefined> {
    const obstacle = fault.obstacle?.();
    if (obstacle !== undefined) {
      this.skipped.set(fault.name, obstacle);
      return undefined;
    }
    const field = await this.#fieldFor(fault.needs);
    const result = await run(field, fault, seed, this.size, (what) => this.say(`${fault.name}: ${what}`));
    this.results.push(result);
    return result;
  }

  async end(): Promise<void> {
    await (await this.#field?.at)?.stop();
    this.#field = undefined;
  }

  async #fieldFor(needs: Fault['needs']): Promise<Field> {
    if (this.#field && this.#field.needs !== needs) await this.end();
    this.#field ??= { needs, at: Field.start({ clocks: needs === 'clocks', smallDisk: needs === 'small-disk' }) };
    return await this.#field.at;
  }
}

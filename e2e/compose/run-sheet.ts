// The steps one after another, each told as it begins and as it ends, and the table of them all.
import type { Stage, Step } from './step.js';

export interface Done {
  name: string;
  tookMs: number;
  /** What was seen; of a step that failed, why. */
  seen: string;
}

export class RunSheet {
  readonly done: Done[] = [];
  readonly #startedMs = Date.now();

  constructor(private readonly print: (line: string) => void) {}

  say = (sentence: string): void => {
    const atS = Math.round((Date.now() - this.#startedMs) / 1_000);
    this.print(`${String(atS).padStart(5)} s  ${sentence}`);
  };

  /** @throws what the step throws */
  async take({ name, act }: Step, stage: Stage): Promise<void> {
    this.say(name);
    const beganMs = Date.now();
    const end = (seen: string): void => void this.done.push({ name, tookMs: Date.now() - beganMs, seen });
    try {
      const seen = await act(stage);
      end(seen);
      this.say(`  ${seen}`);
    } catch (error) {
      end(`FAILED: ${(error as Error).message.split('\n')[0]}`);
      throw error;
    }
  }
}

/** The steps with their seconds and what was seen, and the sum. */
export function table(done: readonly Done[]): string {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  const total = done.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const rows = [
    ['step', 'seconds', 'seen'],
    ...done.map(({ name, tookMs, seen }) => [name, seconds(tookMs), seen]),
    ['all', seconds(total), ''],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = ([name = '', took = '', seen = '']: string[]): string =>
    `${name.padEnd(widths[0] ?? 0)}  ${took.padStart(widths[1] ?? 0)}  ${seen}`.trimEnd();
  return rows.map(line).join('\n');
}

// What a command tells meanwhile: a sentence for each step, and now and then how far a long one is.

const EVERY_MS = 2_000;
const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export interface Say {
  (sentence: string): void;
  /** Says it only when nothing was said for a while. */
  now(sentence: () => string): void;
}

/** @param write gets whole lines */
export function sayer(write: (line: string) => void, clock: () => number = () => performance.now()): Say {
  let lastMs = clock();
  const say = (sentence: string): void => {
    lastMs = clock();
    write(`${sentence}\n`);
  };
  return Object.assign(say, { now: (sentence: () => string) => clock() - lastMs >= EVERY_MS && say(sentence()) });
}

/** Passes bytes on, and says now and then how many they were. */
export async function* told(
  source: AsyncIterable<Uint8Array>,
  say: Say,
  sentence: (bytes: number) => string,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    say.now(() => sentence(bytes));
    yield chunk;
  }
}

/** Such as `1,204 rows`. */
export const count = (n: number, one: string): string => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;

/** Such as `12.3 MiB`. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

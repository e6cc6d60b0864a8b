// Small pictures, each drawn by a process of its own (`bin/draw.mjs`), a few at a time. A picture may be made to break or to exhaust
// its decoder; then a process is gone, and nothing else.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { NatterError } from '@natter/contracts/errors';

/** From here the same for `src` and `dist`. */
const program = fileURLToPath(new URL('../../bin/draw.mjs', import.meta.url));
const atOnce = Math.max(1, Math.min(2, availableParallelism() - 1));
const defaults = { maxWaiting: 32, maxMs: 10_000 };
/** How writing to a process that has ended fails. */
const endedEarly = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

/** `fit`: into a box, never larger than it is; `square`: its middle. Pixels. */
export type Shape = { fit: number } | { square: number };

export class Drawers {
  private drawing = 0;
  private readonly waiting: (() => void)[] = [];

  /** `maxWaiting`: more are refused; `maxMs`: a picture that takes longer is given up. */
  constructor(private readonly bounds = defaults) {}

  /**
   * Draws one picture, as WebP without anything else of the original.
   *
   * @param open its bytes, opened when its turn comes
   * @returns undefined when it is no picture, or one of more than 64 million pixels
   * @throws NatterError `unavailable` when too many wait; `timeout` after 10 s of drawing; what `open` and its bytes throw
   */
  async draw(open: () => Promise<Readable>, shape: Shape): Promise<Buffer | undefined> {
    if (this.drawing >= atOnce) {
      if (this.waiting.length >= this.bounds.maxWaiting) throw new NatterError('unavailable', { retryAfterMs: 2_000 });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.drawing++;
    try {
      return await run(await open(), shape, this.bounds.maxMs);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.drawing--;
      else next();
    }
  }
}

async function run(bytes: Readable, shape: Shape, maxMs: number): Promise<Buffer | undefined> {
  const args = Object.entries(shape).flat().map(String);
  // It inherits nothing: no settings, no secrets.
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
  const timer = setTimeout(() => child.kill('SIGKILL'), maxMs);
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal === null) resolve(code === 0);
      else reject(new NatterError('timeout', { detail: 'the picture could not be drawn in time' }));
    });
  });
  const sent = pipeline(bytes, child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (!endedEarly.has(error.code ?? '')) throw error;
  });
  try {
    const [drawn, isDone] = await Promise.all([buffer(child.stdout), ended, sent]);
    return isDone ? drawn : undefined;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    bytes.destroy();
  }
}

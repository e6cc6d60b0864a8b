// `Idempotency-Key` where the answer itself is remembered: one call for each key, the same answer for its repeats. In memory, and
// a restart forgets it: what must never be made twice has an id made of the key (`keyedId`).
import { createHash } from 'node:crypto';
import { NatterError } from '@natter/contracts/errors';

const keptMs = 24 * 60 * 60_000;
/** Above it the oldest is forgotten. */
const maxKept = 10_000;

interface Kept {
  bodyHash: string;
  atMs: number;
  answer: Promise<unknown>;
}

export class RepeatedAnswers {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * Runs `make` once for a key within 24 h; repeats, concurrent ones too, get its answer. A failure is not kept.
   *
   * @param key with the user in it
   * @throws NatterError `idempotency_mismatch` when the key came with another body
   */
  async once<Answer>(key: string, body: unknown, make: () => Promise<Answer>): Promise<Answer> {
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('base64');
    const known = this.kept.get(key);
    if (known !== undefined && this.now() - known.atMs < keptMs) {
      if (known.bodyHash !== bodyHash) throw new NatterError('idempotency_mismatch');
      return known.answer as Promise<Answer>;
    }
    const entry: Kept = { bodyHash, atMs: this.now(), answer: make() };
    this.kept.delete(key);
    this.kept.set(key, entry);
    if (this.kept.size > maxKept) this.kept.delete(this.kept.keys().next().value ?? key);
    entry.answer.catch(() => this.kept.get(key) === entry && this.kept.delete(key));
    return entry.answer as Promise<Answer>;
  }
}

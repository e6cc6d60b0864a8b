// `Idempotency-Key`: a key of a user is good for one request. In memory, and a restart forgets it: what must never be made twice has
// an id made of the key (`keyedId`).
import { createHash } from 'node:crypto';
import { NatterError } from '@natter/contracts/errors';

const keptMs = 24 * 60 * 60_000;
/** Above it the oldest is forgotten. */
const maxKept = 10_000;

interface Kept {
  requestHash: string;
  atMs: number;
  answer: Promise<unknown>;
}

export class RepeatedAnswers {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Runs `make` once for a key within 24 h; repeats, concurrent ones too, get its answer. A failure is not kept.
   *
   * @param key with the user in it
   * @param request all that makes it another: what is done, where, and the body
   * @throws NatterError `idempotency_mismatch` when the key came with another request
   */
  async once<Answer>(key: string, request: unknown, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.find(key, request);
    return (known?.answer ?? this.keep(key, request, make())) as Promise<Answer>;
  }

  /** The same for what may run again, because it finds what it made: repeats are answered by `make` too. */
  async again<Answer>(key: string, request: unknown, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.find(key, request);
    return known === undefined ? this.keep(key, request, make()) : make();
  }

  private find(key: string, request: unknown): Kept | undefined {
    const known = this.kept.get(key);
    if (known === undefined || this.now() - known.atMs >= keptMs) return undefined;
    if (known.requestHash !== hashOf(request)) throw new NatterError('idempotency_mismatch');
    return known;
  }

  private keep<Answer>(key: string, request: unknown, answer: Promise<Answer>): Promise<Answer> {
    const entry: Kept = { requestHash: hashOf(request), atMs: this.now(), answer };
    this.kept.delete(key);
    this.kept.set(key, entry);
    if (this.kept.size > maxKept) this.kept.delete(this.kept.keys().next().value ?? key);
    answer.catch(() => this.kept.get(key) === entry && this.kept.delete(key));
    return answer;
  }
}

const hashOf = (request: unknown): string => createHash('sha256').update(JSON.stringify(request)).digest('base64');

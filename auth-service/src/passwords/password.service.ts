// Passwords: argon2id with OWASP's parameters, in a bounded pool.
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, type Options, verify } from '@node-rs/argon2';
import { Gauge, Histogram, Registry } from '@natter/service-kit/metrics';
import { HashPool } from './hash-pool.js';

/** 19 MiB, two passes, one lane; argon2id is the library's default. */
const parameters: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

@Injectable()
export class PasswordService {
  /** Hashing runs on libuv's four threads; one stays free for files and names. */
  private readonly pool = new HashPool({
    size: Math.min(3, Math.max(2, availableParallelism())),
    maxQueued: 64,
    maxWaitMs: 3_000,
  });
  private readonly duration: Histogram;
  /** Of a password nobody knows: checked against when there is no account, so that the answer takes as long. */
  private nobodysHash: Promise<string> | undefined;

  constructor(metrics: Registry) {
    const { pool } = this;
    this.duration = new Histogram({
      name: 'natter_password_hash_seconds',
      help: 'time of one hash, without its wait',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
      registers: [metrics],
    });
    const queue: Gauge = new Gauge({
      name: 'natter_password_hash_queue',
      help: 'hashes waiting for their turn',
      registers: [metrics],
      collect: () => queue.set(pool.queued),
    });
  }

  /** The hash to keep. @throws NatterError `rate_limited` when too many wait */
  hash(password: string): Promise<string> {
    return this.run(() => hash(password, parameters));
  }

  /**
   * Whether a password is the one a hash was made of; null (no such account) takes as long and is always false.
   * @throws NatterError `rate_limited` when too many wait
   */
  async verify(password: string, passwordHash: string | null): Promise<boolean> {
    this.nobodysHash ??= hash(randomBytes(32), parameters);
    const nobodys = await this.nobodysHash;
    const same = await this.run(() => verify(passwordHash ?? nobodys, password));
    return same && passwordHash !== null;
  }

  private run<T>(job: () => Promise<T>): Promise<T> {
    return this.pool.run(async () => {
      const stop = this.duration.startTimer();
      try {
        return await job();
      } finally {
        stop();
      }
    });
  }
}

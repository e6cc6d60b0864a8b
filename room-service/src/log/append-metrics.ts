// What /metrics says of the log.
import { Counter, Gauge, Histogram, type Registry } from '@natter/service-kit/metrics';

export class AppendMetrics {
  private readonly rows: Counter;
  private readonly batches: Histogram;
  private readonly seconds: Histogram;
  private readonly retries: Counter;
  private readonly blocks: Counter;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    this.rows = new Counter({
      name: 'natter_log_appended_total',
      help: 'messages, edits, deletions and reactions stored',
      registers,
    });
    this.batches = new Histogram({
      name: 'natter_log_batch_size',
      help: 'requests written with one statement',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
      registers,
    });
    this.seconds = new Histogram({
      name: 'natter_log_commit_seconds',
      help: 'time from sending a batch to its commit',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 4],
      registers,
    });
    this.retries = new Counter({ name: 'natter_log_batch_retries_total', help: 'batches tried again', registers });
    this.blocks = new Counter({ name: 'natter_log_routed_blocks_total', help: 'delivery blocks sent', registers });
  }

  /** How many requests wait, read when asked for. */
  watchQueue(length: () => number): void {
    const gauge: Gauge = new Gauge({
      name: 'natter_log_queue_length',
      help: 'requests that wait for a commit',
      registers: [this.registry],
      collect: (): void => gauge.set(length()),
    });
  }

  appended(): void {
    this.rows.inc();
  }

  retried(): void {
    this.retries.inc();
  }

  routed(): void {
    this.blocks.inc();
  }

  /** A batch is sent; call the answer when it is committed, or has failed. */
  commit(size: number): () => void {
    this.batches.observe(size);
    return this.seconds.startTimer();
  }
}

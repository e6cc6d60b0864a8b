// What is seen of an outbox from outside: how much waits, and how long the oldest has.
import { Gauge, type Registry } from '@natter/service-kit/metrics';
import type { Clock } from './clock.js';

interface Outbox {
  state(): Promise<{ length: number; since: Date | null }>;
}

/** Two gauges, `<name>_waiting` and `<name>_oldest_seconds`. Each reads for itself: a scrape collects them all at once. Away: the last values stand. */
export function measureOutbox(
  metrics: Registry,
  { name, what, outbox, clock }: { name: string; what: string; outbox: Outbox; clock: Clock },
): void {
  const secondsSince = (time: Date | null): number =>
    time === null ? 0 : Math.max(0, clock.now() - time.getTime()) / 1_000;
  const gauge = (kind: string, help: string, valueOf: (state: Awaited<ReturnType<Outbox['state']>>) => number) => {
    const made: Gauge = new Gauge({
      name: `${name}_${kind}`,
      help,
      registers: [metrics],
      collect: () =>
        outbox.state().then(
          (state) => made.set(valueOf(state)),
          () => undefined,
        ),
    });
  };
  gauge('waiting', what, ({ length }) => length);
  gauge('oldest_seconds', 'age of the oldest of them', ({ since }) => secondsSince(since));
}

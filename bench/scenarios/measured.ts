// A load on a system for a while: what it got done, how long each message took, and what it cost in CPU.
import { setTimeout as sleep } from 'node:timers/promises';
import { watchStolenTime } from '@natter/infra/stolen-time';
import { total } from '../by-part.js';
import { cpuSeconds } from '../cpu.js';
import { quantile, type Tally } from '../generator/tally.js';
import type { Running } from '../systems/system.js';
import type { Effort, Figures } from './scenario.js';

interface Load {
  readonly tally: Tally;
  stop(): void;
}

/** CPU of the generator above this share of a core: it may be what holds everything up. */
const generatorLimit = 0.9;
/** Percent of the processors that a hypervisor gave to others meanwhile. */
export const taken = 'taken by the hypervisor, %';

/** The load has begun; it is stopped here. */
export async function measured(running: Running, load: Load, { warmMs, measureMs }: Effort): Promise<Figures> {
  await sleep(warmMs);
  const { pids } = running;
  const before = cpuSeconds(pids);
  const own = process.cpuUsage();
  load.tally.reset();
  const stolen = watchStolenTime();
  const beganMs = performance.now();
  await sleep(measureMs);
  const seconds = (performance.now() - beganMs) / 1_000;
  const { acked, delivered, refused, ackMs, deliveryMs } = load.tally;
  const after = cpuSeconds(pids);
  const { user, system } = process.cpuUsage(own);
  load.stop();
  const cost = new Map([...after].map(([name, cpu]) => [name, cpu - (before.get(name) ?? 0)]));
  const cpu = total(cost);
  const generator = (user + system) / 1e6 / seconds;
  return {
    'messages/s': acked / seconds,
    'deliveries/s': delivered / seconds,
    'CPU-s per million deliveries': (cpu / delivered) * 1e6,
    'CPU-s per million messages': (cpu / acked) * 1e6,
    'cores used': cpu / seconds,
    'ack p50 ms': quantile(ackMs, 0.5),
    'ack p99 ms': quantile(ackMs, 0.99),
    'delivery p50 ms': quantile(deliveryMs, 0.5),
    'delivery p99 ms': quantile(deliveryMs, 0.99),
    'delivery p99.9 ms': quantile(deliveryMs, 0.999),
    'generator, cores': generator,
    [taken]: stolen() * 100,
    ...(refused > 0 && { refused }),
    ...(generator > generatorLimit && { 'generator is the limit': 1 }),
    ...Object.fromEntries([...cost].map(([name, one]) => [`µs a message: ${name}`, (one / acked) * 1e6])),
  };
}

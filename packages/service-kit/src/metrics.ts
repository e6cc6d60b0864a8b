// Prometheus metrics of one process.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

/** A process looks at its lag so often, and shows at least this much of it: at the usual 10 ms most wake-ups of one at rest were for this. */
const lagEveryMs = 50;

export function createMetrics(service: string, instanceId: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service, instance_id: instanceId });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagEveryMs });
  return registry;
}

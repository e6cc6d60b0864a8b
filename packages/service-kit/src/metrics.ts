// Prometheus metrics of one process.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

export function createMetrics(service: string, instanceId: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service, instance_id: instanceId });
  collectDefaultMetrics({ register: registry });
  return registry;
}

// What the registry tells of itself.
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from '@natter/service-kit/metrics';
import { Buckets } from '../store/buckets.js';
import { RegistryIndex } from './registry-index.js';

@Injectable()
export class RegistryMetrics {
  readonly batches: Counter<'outcome'>;
  readonly resets: Counter;
  readonly dropped: Counter;

  constructor(registry: Registry, index: RegistryIndex, buckets: Buckets) {
    const registers = [registry];
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    const sum = (size: (instance: { connections: { size: number }; rooms: { size: number } }) => number) => () =>
      [...index.instances.values()].reduce((total, instance) => total + size(instance), 0);
    gauge('natter_registry_instances', 'ws-gateways that hold a lease', () => {
      return [...index.instances.values()].filter((instance) => instance.lease).length;
    });
    gauge(
      'natter_registry_connections',
      'connections known',
      sum((instance) => instance.connections.size),
    );
    gauge(
      'natter_registry_interest',
      'pairs of room and instance known',
      sum((instance) => instance.rooms.size),
    );
    gauge('natter_registry_markers', 'markers of deleted keys that wait to be erased', () => buckets.markers.count);
    this.batches = new Counter({
      name: 'natter_registry_batches_total',
      help: 'batches of ws-gateways, by what became of them',
      labelNames: ['outcome'],
      registers,
    });
    this.resets = new Counter({
      name: 'natter_registry_resets_total',
      help: 'times that the store was lost and all ws-gateways were asked to register anew',
      registers,
    });
    this.dropped = new Counter({
      name: 'natter_registry_leases_dropped_total',
      help: 'ws-gateways that fell silent and lost their lease',
      registers,
    });
  }
}

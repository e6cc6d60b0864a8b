// What telling presence costs, to be compared with its bounds.
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from '@natter/service-kit/metrics';
import { PresenceChanges } from './presence-changes.js';

@Injectable()
export class PresenceMetrics {
  readonly told: Counter<'status'>;
  readonly messages: Counter;

  constructor(registry: Registry, changes: PresenceChanges) {
    const registers = [registry];
    const waiting = new Gauge({
      name: 'natter_presence_waiting',
      help: 'users whose status may be another than was told',
      registers: [],
      collect() {
        this.set(changes.size);
      },
    });
    registry.registerMetric(waiting);
    this.told = new Counter({
      name: 'natter_presence_changes_total',
      help: 'changes of users that were told, by their new status',
      labelNames: ['status'],
      registers,
    });
    this.messages = new Counter({
      name: 'natter_presence_messages_total',
      help: 'messages with such changes to ws-gateways',
      registers,
    });
  }
}

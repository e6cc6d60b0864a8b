// What the notification-service tells of itself.
import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from '@natter/service-kit/metrics';

@Injectable()
export class NotificationMetrics {
  readonly listSeconds: Histogram;
  readonly acknowledged: Counter;
  readonly notices: Counter<'kind'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.listSeconds = new Histogram({
      name: 'natter_notification_list_seconds',
      help: 'time to list what is pending for a user, the call to the room-service included',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 4],
      registers,
    });
    this.acknowledged = new Counter({
      name: 'natter_notifications_acknowledged_total',
      help: 'notifications that users put aside',
      registers,
    });
    this.notices = new Counter({
      name: 'natter_notices_total',
      help: 'notices taken, by kind; repeats not counted',
      labelNames: ['kind'],
      registers,
    });
  }
}

import { Module } from '@nestjs/common';
import { CONFIG } from '@natter/service-kit/kit.module';
import { databaseProviders } from '@natter/service-kit/database.providers';
import type { Config } from './config.js';
import { databaseOptions } from './database/data-source.js';
import { Housekeeping } from './housekeeping/housekeeping.js';
import { NotificationHandlers } from './notifications/notification.handlers.js';
import { NotificationMetrics } from './notifications/notification-metrics.js';
import { NotificationRepository } from './notifications/notification.repository.js';
import { NotificationService } from './notifications/notification.service.js';
import { PendingList } from './notifications/pending-list.js';
import { PushDelivery } from './push/push-delivery.js';
import { PushHandlers } from './push/push.handlers.js';
import { PushRepository } from './push/push.repository.js';
import { PushRound } from './push/push-round.js';
import { PushService } from './push/push.service.js';
import { PushTargets } from './push/push-target.js';

@Module({
  controllers: [NotificationHandlers, PushHandlers],
  providers: [
    ...databaseProviders(databaseOptions),
    NotificationMetrics,
    NotificationRepository,
    PendingList,
    NotificationService,
    {
      provide: PushTargets,
      inject: [CONFIG],
      useFactory: (config: Config) => new PushTargets(config.NATTER_PUSH_HOSTS, config.NATTER_INSECURE_HTTP),
    },
    PushRepository,
    PushDelivery,
    PushService,
    PushRound,
    Housekeeping,
  ],
})
export class AppModule {}

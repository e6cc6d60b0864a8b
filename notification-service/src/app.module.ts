import { Module } from '@nestjs/common';
import { databaseProviders } from '@natter/service-kit/database.providers';
import { databaseOptions } from './database/data-source.js';
import { Housekeeping } from './housekeeping/housekeeping.js';
import { NotificationHandlers } from './notifications/notification.handlers.js';
import { NotificationMetrics } from './notifications/notification-metrics.js';
import { NotificationRepository } from './notifications/notification.repository.js';
import { NotificationService } from './notifications/notification.service.js';
import { PendingList } from './notifications/pending-list.js';

@Module({
  controllers: [NotificationHandlers],
  providers: [
    ...databaseProviders(databaseOptions),
    NotificationMetrics,
    NotificationRepository,
    PendingList,
    NotificationService,
    Housekeeping,
  ],
})
export class AppModule {}

import { type DynamicModule, Module } from '@nestjs/common';
import { Bus } from '@natter/service-kit/nats';
import { ConnectionHandlers } from './connections/connection.handlers.js';
import { LastSeen } from './presence/last-seen.js';
import { PresenceHandlers } from './presence/presence.handlers.js';
import { RegistryIndex } from './registry/registry-index.js';
import { RegistryMetrics } from './registry/registry-metrics.js';
import { RegistrySweeper } from './registry/registry-sweeper.js';
import { RegistryHandlers } from './registry/registry.handlers.js';
import { RegistryService } from './registry/registry.service.js';
import { Buckets } from './store/buckets.js';
import { RegistryStore } from './store/registry-store.js';
import { timings as standard, TIMINGS, type Timings } from './timings.js';

@Module({})
export class AppModule {
  /** The service with other spans of time than `timings.ts` names, for tests. */
  static with(timings: Timings): DynamicModule {
    return {
      module: AppModule,
      controllers: [RegistryHandlers, ConnectionHandlers, PresenceHandlers],
      providers: [
        { provide: TIMINGS, useValue: timings },
        { provide: LastSeen, useFactory: () => new LastSeen() },
        {
          provide: RegistryIndex,
          inject: [LastSeen],
          useFactory: (lastSeen: LastSeen) => {
            const delayMs = (cause: 'leftover' | 'floors') =>
              (cause === 'floors' ? timings.confirmMs : timings.leftoverMs) + Math.random() * timings.leftoverMs;
            return new RegistryIndex(
              () => performance.now(),
              (user, atMs) => lastSeen.note(user, atMs),
              delayMs,
            );
          },
        },
        { provide: Buckets, inject: [Bus], useFactory: (bus: Bus) => Buckets.of(bus, timings.markerMs) },
        RegistryMetrics,
        RegistryStore,
        RegistrySweeper,
        RegistryService,
      ],
    };
  }

  static standard(): DynamicModule {
    return AppModule.with(standard);
  }
}

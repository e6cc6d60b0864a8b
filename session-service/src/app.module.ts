import { type DynamicModule, Module } from '@nestjs/common';
import { Bus } from '@natter/service-kit/nats';
import { ConnectionHandlers } from './connections/connection.handlers.js';
import { SurplusWatch } from './connections/surplus-watch.js';
import { LastSeen } from './presence/last-seen.js';
import { PresenceChanges } from './presence/presence-changes.js';
import { PresenceMetrics } from './presence/presence-metrics.js';
import { PresenceTeller } from './presence/presence-teller.js';
import { PresenceHandlers } from './presence/presence.handlers.js';
import { SeenOutbox } from './presence/seen-outbox.js';
import { VisibleStatus } from './presence/visible-status.js';
import { RegistryIndex } from './registry/registry-index.js';
import { RegistryMetrics } from './registry/registry-metrics.js';
import { RegistrySweeper } from './registry/registry-sweeper.js';
import { RegistryHandlers } from './registry/registry.handlers.js';
import { RegistryService } from './registry/registry.service.js';
import { Buckets } from './store/buckets.js';
import { RegistryStore } from './store/registry-store.js';
import { TypingRelay } from './typing/typing-relay.js';
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
          useFactory: () => {
            const delayMs = (cause: 'leftover' | 'floors') =>
              (cause === 'floors' ? timings.confirmMs : timings.leftoverMs) + Math.random() * timings.leftoverMs;
            return new RegistryIndex(() => performance.now(), delayMs);
          },
        },
        {
          provide: VisibleStatus,
          inject: [RegistryIndex],
          useFactory: (index: RegistryIndex) =>
            new VisibleStatus((user) => index.statusOf(user), index.now, timings.presence.returnMs),
        },
        {
          provide: PresenceChanges,
          inject: [RegistryIndex, VisibleStatus],
          useFactory: ({ now }: RegistryIndex, visible: VisibleStatus) =>
            new PresenceChanges(visible, now, timings.presence),
        },
        { provide: Buckets, inject: [Bus], useFactory: (bus: Bus) => Buckets.of(bus, timings.markerMs) },
        RegistryMetrics,
        RegistryStore,
        RegistrySweeper,
        RegistryService,
        PresenceMetrics,
        SeenOutbox,
        PresenceTeller,
        SurplusWatch,
        TypingRelay,
      ],
    };
  }

  static standard(): DynamicModule {
    return AppModule.with(standard);
  }
}

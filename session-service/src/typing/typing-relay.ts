// Who is typing, from the instance they are on to all that have sockets in the room: gathered for a moment, then one message for each.
// Nothing is kept: what is lost ends by itself.
import type { InstanceHints, TypingChange, TypingChanges } from '@natter/contracts/sessions';
import { queues, subjects } from '@natter/contracts/subjects';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { RegistryIndex } from '../registry/registry-index.js';

const gatherMs = 50;
/** Changes for one instance and moment; what is above it is dropped. */
const maxPerInstance = 5_000;

@Injectable()
export class TypingRelay implements OnApplicationShutdown {
  private readonly gathered = new Map<string, TypingChange[]>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly index: RegistryIndex,
    @Inject(LOGGER) logger: Logger,
  ) {
    bus.nc.subscribe(subjects.typing, {
      queue: queues.sessions,
      callback: (error, message) => {
        if (error) return;
        try {
          this.take(message.json<TypingChanges>());
        } catch (err) {
          logger.error({ err }, 'typing not read');
        }
      },
    });
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private take({ items }: TypingChanges): void {
    for (const item of items)
      for (const instance of this.index.instancesOf(item[0])) {
        const waiting = this.gathered.get(instance);
        if (waiting === undefined) this.gathered.set(instance, [item]);
        else if (waiting.length < maxPerInstance) waiting.push(item);
      }
    if (this.gathered.size > 0) this.timer ??= setTimeout(() => this.send(), gatherMs);
  }

  private send(): void {
    this.timer = undefined;
    for (const [instance, typing] of this.gathered)
      this.bus.publishJson(subjects.instanceHints(instance), { typing } satisfies InstanceHints);
    this.gathered.clear();
  }
}

// One turn of the event loop: what came in during it is gathered, and goes out together when it ends.
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';

/** Something with work to do when the turn ends. */
export interface EndOfTurn {
  endTurn(): void;
}

/** In this order: feeds hand events to sockets, sockets write once, calls to other services leave. */
export const phase = { feeds: 0, sockets: 1, calls: 2 } as const;
export type Phase = (typeof phase)[keyof typeof phase];

@Injectable()
export class Turn {
  private readonly waiting: EndOfTurn[][] = [[], [], []];
  private scheduled = false;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** Runs `task.endTurn()` at the end of this turn. A task guards itself against being added twice. */
  add(when: Phase, task: EndOfTurn): void {
    this.waiting[when]?.push(task);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.end);
  }

  private readonly end = (): void => {
    this.scheduled = false;
    for (const tasks of this.waiting) {
      // A task may add others to its own phase: they run in the same pass.
      for (let i = 0; i < tasks.length; i++) this.run(tasks[i]!);
      tasks.length = 0;
    }
  };

  /** One socket's or room's fault must not keep the others waiting. */
  private run(task: EndOfTurn): void {
    try {
      task.endTurn();
    } catch (error) {
      this.logger.error({ err: error }, 'end of turn failed');
    }
  }
}

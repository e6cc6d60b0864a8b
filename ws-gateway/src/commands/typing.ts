// `typing`: the user writes something in a room, or has ceased.
import { Injectable } from '@nestjs/common';
import type { TypingFrame } from '@natter/contracts/frames';
import type { Connection } from '../connection.js';
import { Hub } from '../hub.js';
import { Typists } from '../typists.js';

@Injectable()
export class TypingCommand {
  constructor(
    private readonly hub: Hub,
    private readonly typists: Typists,
  ) {}

  /** Not answered; for a room the user is not in: `not_found`, whether it exists or not. */
  run(connection: Connection, { id, room, on }: TypingFrame): void {
    const waitMs = connection.takeHint();
    if (waitMs > 0) connection.fail('rate_limited', id, waitMs);
    else if (!this.hub.isIn(connection, room)) connection.fail('not_found', id);
    else this.typists.note(connection, room, on);
  }
}

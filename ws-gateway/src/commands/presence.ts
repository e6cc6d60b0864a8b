// `presence`: whether somebody sits before this client. A new socket counts as `online`.
import { Injectable } from '@nestjs/common';
import type { PresenceFrame } from '@natter/contracts/frames';
import type { Connection } from '../connection.js';
import { Hub } from '../hub.js';

@Injectable()
export class PresenceCommand {
  constructor(private readonly hub: Hub) {}

  /** Not answered. */
  run(connection: Connection, { id, status }: PresenceFrame): void {
    const waitMs = connection.takeHint();
    if (waitMs > 0) connection.fail('rate_limited', id, waitMs);
    else this.hub.setAway(connection, status === 'away');
  }
}

import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { getPresence } from '@natter/contracts/sessions';
import { LastSeen } from './last-seen.js';
import { VisibleStatus } from './visible-status.js';

@Controller()
export class PresenceHandlers {
  constructor(
    private readonly visible: VisibleStatus,
    private readonly lastSeen: LastSeen,
  ) {}

  /** As others are told; who is there is seen now. */
  @MessagePattern(getPresence.subject)
  get(@Payload({ schema: getPresence.request }) { users }: RequestOf<typeof getPresence>): ReplyOf<typeof getPresence> {
    const now = new Date().toISOString();
    const items = users.map((user) => {
      const status = this.visible.of(user);
      return { user, status, last_seen: status === 'offline' ? this.lastSeen.of(user) : now };
    });
    return { items };
  }
}

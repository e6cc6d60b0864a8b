import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { getPresence } from '@natter/contracts/sessions';
import { RegistryIndex } from '../registry/registry-index.js';
import { LastSeen } from './last-seen.js';

@Controller()
export class PresenceHandlers {
  constructor(
    private readonly index: RegistryIndex,
    private readonly lastSeen: LastSeen,
  ) {}

  /** Online is who has a live connection; nobody is told to be away yet. */
  @MessagePattern(getPresence.subject)
  get(@Payload({ schema: getPresence.request }) { users }: RequestOf<typeof getPresence>): ReplyOf<typeof getPresence> {
    const items = users.map((user) => ({
      user,
      status: this.index.isOnline(user) ? ('online' as const) : ('offline' as const),
      last_seen: this.lastSeen.of(user),
    }));
    return { items };
  }
}

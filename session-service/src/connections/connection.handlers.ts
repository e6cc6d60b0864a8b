import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { listConnections } from '@natter/contracts/sessions';
import { RegistryIndex } from '../registry/registry-index.js';

@Controller()
export class ConnectionHandlers {
  constructor(private readonly index: RegistryIndex) {}

  @MessagePattern(listConnections.subject)
  list(
    @Payload({ schema: listConnections.request }) { user }: RequestOf<typeof listConnections>,
  ): ReplyOf<typeof listConnections> {
    const items = this.index.liveConnections(user).map(({ entry: { room, away: _, ...entry }, instance }) => {
      return { ...entry, ...(room !== undefined && { room }), gateway: instance };
    });
    return { items };
  }
}

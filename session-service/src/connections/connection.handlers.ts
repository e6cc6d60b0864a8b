import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { ConnectionId, InstanceId } from '@natter/contracts/ids';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { listAllConnections, listConnections, type LiveConnection } from '@natter/contracts/sessions';
import { decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import { type ConnectionRecord, RegistryIndex } from '../registry/registry-index.js';

const listCursor = z.object({ gateway: InstanceId, id: ConnectionId });

const shown = ({ entry: { room, away: _, ...entry }, instance }: ConnectionRecord): LiveConnection => ({
  ...entry,
  ...(room !== undefined && { room }),
  gateway: instance,
});

@Controller()
export class ConnectionHandlers {
  constructor(private readonly index: RegistryIndex) {}

  @MessagePattern(listConnections.subject)
  list(
    @Payload({ schema: listConnections.request }) { user }: RequestOf<typeof listConnections>,
  ): ReplyOf<typeof listConnections> {
    return { items: this.index.liveConnections(user).map(shown) };
  }

  @MessagePattern(listAllConnections.subject)
  all(
    @Payload({ schema: listAllConnections.request }) request: RequestOf<typeof listAllConnections>,
  ): ReplyOf<typeof listAllConnections> {
    const { user, limit, cursor } = request;
    const found = this.index.connectionsAfter(decodeCursor(listCursor, cursor), limit + 1, user);
    return pageOf(found, limit, shown, ({ instance, entry }) => ({ gateway: instance, id: entry.id }));
  }
}

// Live sockets, for administrators: which there are says the session-service, whose they are the auth-service, and how much waits
// in each the ws-gateway that has it.
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { type AdminConnection, connectionQuery } from '@natter/contracts/admin';
import { getOwnUsers } from '@natter/contracts/auth';
import type { Page } from '@natter/contracts/common';
import { getQueuedBytes, listAllConnections, type LiveConnection } from '@natter/contracts/sessions';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';
import { AdminGuard } from './admin.guard.js';

/** A gateway that takes longer leaves its numbers out. */
const queuedMs = 1_000;

@Controller('api/admin/connections')
@UseGuards(AdminGuard)
export class ConnectionController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  async list(
    @Query({ schema: connectionQuery }) query: z.infer<typeof connectionQuery>,
    @FromCaller() caller: Caller,
  ): Promise<Page<AdminConnection>> {
    const { items, next } = await this.rpc.call(listAllConnections, query, caller);
    const [users, queued] = await Promise.all([this.usersOf(items, caller), this.queuedIn(items, caller)]);
    const shown = items.flatMap(({ user: id, ...connection }): AdminConnection[] => {
      const user = users.get(id);
      return user === undefined ? [] : [{ ...connection, user, queued_bytes: queued.get(connection.id) ?? null }];
    });
    return { items: shown, next };
  }

  private async usersOf(connections: readonly LiveConnection[], caller: Caller) {
    const ids = [...new Set(connections.map(({ user }) => user))];
    const { users } = await this.rpc.call(getOwnUsers, { users: ids }, caller);
    return new Map(
      users.map(({ id, username, display_name, avatar }) => [id, { id, username, display_name, avatar }] as const),
    );
  }

  /** One question to each gateway of this page, all at once. */
  private async queuedIn(connections: readonly LiveConnection[], caller: Caller): Promise<Map<string, number>> {
    const byGateway = new Map<string, string[]>();
    for (const { gateway, id } of connections) byGateway.set(gateway, [...(byGateway.get(gateway) ?? []), id]);
    const answers = [...byGateway].map(([gateway, ids]) =>
      this.rpc
        .call(getQueuedBytes(gateway), { connections: ids }, caller.within(queuedMs))
        .catch(() => ({ queued: {} as Record<string, number> })),
    );
    return new Map((await Promise.all(answers)).flatMap(({ queued }) => Object.entries(queued)));
  }
}

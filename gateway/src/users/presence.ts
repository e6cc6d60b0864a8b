// Who is there now, for answers that go without it when the session-service is away.
import { Injectable } from '@nestjs/common';
import type { PresenceStatus } from '@natter/contracts/events';
import { getPresence } from '@natter/contracts/sessions';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { Visitor } from '../http/caller.js';

/** No answer waits longer for presence. */
const presenceMs = 1_000;

export interface Presence {
  status: PresenceStatus;
  last_seen: string | null;
}

const nobody: Presence = { status: 'offline', last_seen: null };

@Injectable()
export class Presences {
  constructor(private readonly rpc: RpcClient) {}

  /** Presence of each of up to 512 users, in the order asked; all are offline while it cannot be asked. */
  async of(users: string[], caller: Visitor): Promise<Presence[]> {
    if (users.length === 0) return [];
    const reply = await this.rpc.call(getPresence, { users }, caller.within(presenceMs)).catch(() => undefined);
    const found = new Map(reply?.items.map((item) => [item.user, item]));
    return users.map((user) => found.get(user) ?? nobody);
  }
}

// A user as anybody signed in may see them.
import { Controller, Get, Param } from '@nestjs/common';
import { getUser } from '@natter/contracts/auth';
import type { PresenceStatus, User } from '@natter/contracts/events';
import { UserId } from '@natter/contracts/ids';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { Caller, FromCaller } from '../http/caller.js';
import { Presences } from './presence.js';

@Controller('api/users')
export class UserController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly presences: Presences,
  ) {}

  /** `last_seen` is now for who is connected, else the later of what the session-service saw and what was kept; null: never. */
  @Get(':user')
  async get(
    @Param('user', { schema: UserId }) id: string,
    @FromCaller() caller: Caller,
  ): Promise<{ user: User; status: PresenceStatus; last_seen: string | null }> {
    const [{ user, last_seen: kept }, [presence]] = await Promise.all([
      this.rpc.call(getUser, { user: id }, caller),
      this.presences.of([id], caller),
    ]);
    const times = [presence?.last_seen, kept].filter((time) => typeof time === 'string').sort();
    return { user, status: presence?.status ?? 'offline', last_seen: times.at(-1) ?? null };
  }
}

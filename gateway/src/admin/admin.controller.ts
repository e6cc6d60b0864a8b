// Accounts, grants and the trail, for administrators.
import { Body, Controller, Get, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import {
  auditQuery,
  createReset,
  listAudit,
  listUsers,
  patchUser,
  patchUserBody,
  type PatchUserBody,
  userListQuery,
} from '@natter/contracts/admin';
import { UserId } from '@natter/contracts/ids';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';
import { noBody } from '../http/no-body.js';
import { AdminGuard } from './admin.guard.js';

const user = { schema: UserId };

@Controller('api/admin')
@UseGuards(AdminGuard)
export class AdminController {
  constructor(private readonly rpc: RpcClient) {}

  @Get('users')
  users(
    @Query({ schema: userListQuery }) query: z.infer<typeof userListQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof listUsers>> {
    return this.rpc.call(listUsers, { ...query, actor: caller.user }, caller);
  }

  @Patch('users/:user')
  patch(
    @Param('user', user) target: string,
    @Body({ schema: patchUserBody }) body: PatchUserBody,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof patchUser>> {
    return this.rpc.call(patchUser, { ...body, ...byWhom(caller), target }, caller);
  }

  @Post('users/:user/reset')
  reset(
    @Param('user', user) target: string,
    @Body({ schema: noBody }) _: object,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof createReset>> {
    return this.rpc.call(createReset, { ...byWhom(caller), target }, caller);
  }

  @Get('audit')
  audit(
    @Query({ schema: auditQuery }) query: z.infer<typeof auditQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof listAudit>> {
    return this.rpc.call(listAudit, { ...query, actor: caller.user }, caller);
  }
}

const byWhom = ({ user: actor, session, origin }: Caller) => ({ actor, session, origin });

// Who may pass to what is for administrators. Looked up with each request: nobody is one for longer than they should be.
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { getAccount } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyRequest } from 'fastify';
import { Caller } from '../http/caller.js';

@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws NatterError `forbidden` for everybody else, before anything is read of what was asked */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const caller = new Caller(context.switchToHttp().getRequest<FastifyRequest>());
    const { user } = await this.rpc.call(getAccount, { actor: caller.user }, caller);
    if (!user.admin) throw new NatterError('forbidden', { detail: 'this is for administrators' });
    return true;
  }
}

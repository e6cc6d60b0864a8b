// Direct conversations.
import { Body, Controller, Post, Res } from '@nestjs/common';
import type { RoomDetails } from '@natter/contracts/events';
import { openDm, openDmBody } from '@natter/contracts/rooms';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { RepeatedAnswers } from '../http/repeated-answers.js';

@Controller('api/dms')
export class DmController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly repeats: RepeatedAnswers,
  ) {}

  /** 201 when it was made by this, 200 when the two had one. */
  @Post()
  async open(
    @Body({ schema: openDmBody }) body: z.infer<typeof openDmBody>,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ room: RoomDetails }> {
    const { user: actor } = caller;
    const open = () => this.rpc.call(openDm, { ...body, actor }, caller);
    const { room, created } = await (key === undefined
      ? open()
      : this.repeats.once(`${actor} ${key}`, ['dms', body], open));
    reply.code(created ? 201 : 200);
    return { room };
  }
}

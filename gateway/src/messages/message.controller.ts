// The log of a room by REST: reading it, and sending to it.
import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { bodyProblem } from '@natter/contracts/frames';
import { RoomRef } from '@natter/contracts/ids';
import {
  type EventPage,
  eventsQuery,
  listEvents,
  listMessages,
  type MessagePage,
  messagesQuery,
  sendBody,
  sendMessage,
  type Stored,
} from '@natter/contracts/messages';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { keyedId } from '../http/keyed-id.js';
import { Usernames } from './usernames.js';

const room = { schema: RoomRef };

@Controller('api/rooms/:room')
export class MessageController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly usernames: Usernames,
  ) {}

  @Get('messages')
  list(
    @Param('room', room) room: string,
    @Query({ schema: messagesQuery }) query: z.infer<typeof messagesQuery>,
    @FromCaller() caller: Caller,
  ): Promise<MessagePage> {
    return this.rpc.call(listMessages, { ...query, room, actor: caller.user }, caller);
  }

  @Get('events')
  events(
    @Param('room', room) room: string,
    @Query({ schema: eventsQuery }) query: z.infer<typeof eventsQuery>,
    @FromCaller() caller: Caller,
  ): Promise<EventPage> {
    return this.rpc.call(listEvents, { ...query, room, actor: caller.user }, caller);
  }

  /**
   * Stores a message once for its id. Without one, an `Idempotency-Key` makes the id, so that a repeat is the same message for
   * good, at every gateway and after any restart; without either, each call is a new message.
   */
  @Post('messages')
  async send(
    @Param('room', room) room: string,
    @Body({ schema: sendBody }) body: z.infer<typeof sendBody>,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Stored> {
    const problem = bodyProblem(body.body, body.files?.length);
    if (problem !== undefined) throw new NatterError(problem);
    const byKey = body.id === undefined && key !== undefined;
    const id = body.id ?? (key === undefined ? randomUUID() : keyedId('message', caller.user, key));
    const username = await this.usernames.of(caller.user, caller.requestId);
    const request = { ...body, id, room, actor: caller.user, username };
    const stored: Stored = await this.rpc.call(sendMessage, request, caller).catch((error: unknown) => {
      if (byKey && error instanceof NatterError && error.code === 'id_conflict')
        throw new NatterError('idempotency_mismatch');
      throw error;
    });
    reply.code(stored.dup === true ? 200 : 201);
    return stored;
  }
}

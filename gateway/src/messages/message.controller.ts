// The log of a room by REST: reading it, and writing to it.
import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import type { MessageEvent } from '@natter/contracts/events';
import { RoomRef } from '@natter/contracts/ids';
import {
  deleteMessage,
  editBody,
  editMessage,
  type EventPage,
  eventsQuery,
  listEvents,
  listMessages,
  type MessagePage,
  messagesQuery,
  sendBody,
  sendMessage,
  SeqParam,
  type Stored,
} from '@natter/contracts/messages';
import { bodyProblem } from '@natter/contracts/text';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { keyedId } from '../http/keyed-id.js';
import { RepeatedAnswers } from '../http/repeated-answers.js';
import { Usernames } from './usernames.js';

const room = { schema: RoomRef };
const seq = { schema: SeqParam };

@Controller('api/rooms/:room')
export class MessageController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly usernames: Usernames,
    private readonly repeats: RepeatedAnswers,
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
   * good, at every gateway and after any restart; without either, each call is a new message. A key is good for one request, also
   * where it comes with an id.
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
    const { user } = caller;
    const id = body.id ?? (key === undefined ? randomUUID() : keyedId('message', user, key));
    const store = async (): Promise<Stored> => {
      const username = await this.usernames.of(user, caller.requestId);
      return this.rpc.call(sendMessage, { ...body, id, room, actor: user, username }, caller);
    };
    const stored = await (key === undefined ? store() : this.storeOnce(key, user, ['messages', room, body], store));
    reply.code(stored.dup === true ? 200 : 201);
    return stored;
  }

  /** Gives a message of the caller's a new text. Without an id a repeat is a second edit, which does no harm. */
  @Patch('messages/:seq')
  async edit(
    @Param('room', room) room: string,
    @Param('seq', seq) target: number,
    @Body({ schema: editBody }) { id = randomUUID(), body }: z.infer<typeof editBody>,
    @FromCaller() caller: Caller,
  ): Promise<MessageEvent> {
    const problem = bodyProblem(body);
    if (problem !== undefined) throw new NatterError(problem);
    const username = await this.usernames.of(caller.user, caller.requestId);
    return this.rpc.call(editMessage, { room, target, id, body, actor: caller.user, username }, caller);
  }

  @Delete('messages/:seq')
  @HttpCode(204)
  async delete(
    @Param('room', room) room: string,
    @Param('seq', seq) target: number,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    const username = await this.usernames.of(caller.user, caller.requestId);
    await this.rpc.call(deleteMessage, { room, target, id: randomUUID(), actor: caller.user, username }, caller);
  }

  private async storeOnce(
    key: string,
    user: string,
    request: [what: string, room: string, body: z.infer<typeof sendBody>],
    store: () => Promise<Stored>,
  ): Promise<Stored> {
    const [, , { id }] = request;
    return this.repeats.again(`${user} ${key}`, request, store).catch((error: unknown) => {
      const isOther = id === undefined && error instanceof NatterError && error.code === 'id_conflict';
      throw isOther ? new NatterError('idempotency_mismatch') : error;
    });
  }
}

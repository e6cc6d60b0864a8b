import { deleteMessage, editMessage, listEvents, listMessages, sendMessage } from '@natter/contracts/messages';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { MessageService } from './message.service.js';

@Controller()
export class MessageHandlers {
  constructor(private readonly messages: MessageService) {}

  @MessagePattern(sendMessage.subject)
  send(
    @Payload({ schema: sendMessage.request }) request: RequestOf<typeof sendMessage>,
  ): Promise<ReplyOf<typeof sendMessage>> {
    return this.messages.send(request);
  }

  @MessagePattern(editMessage.subject)
  edit(
    @Payload({ schema: editMessage.request }) request: RequestOf<typeof editMessage>,
  ): Promise<ReplyOf<typeof editMessage>> {
    return this.messages.edit(request);
  }

  @MessagePattern(deleteMessage.subject)
  async delete(
    @Payload({ schema: deleteMessage.request }) request: RequestOf<typeof deleteMessage>,
  ): Promise<ReplyOf<typeof deleteMessage>> {
    await this.messages.delete(request);
    return {};
  }

  @MessagePattern(listMessages.subject)
  list(
    @Payload({ schema: listMessages.request }) request: RequestOf<typeof listMessages>,
  ): Promise<ReplyOf<typeof listMessages>> {
    return this.messages.listMessages(request);
  }

  @MessagePattern(listEvents.subject)
  events(
    @Payload({ schema: listEvents.request }) request: RequestOf<typeof listEvents>,
  ): Promise<ReplyOf<typeof listEvents>> {
    return this.messages.listEvents(request);
  }
}

import { searchMessages } from '@natter/contracts/messages';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SearchService } from './search.service.js';

@Controller()
export class SearchHandlers {
  constructor(private readonly search: SearchService) {}

  @MessagePattern(searchMessages.subject)
  messages(
    @Payload({ schema: searchMessages.request }) request: RequestOf<typeof searchMessages>,
  ): Promise<ReplyOf<typeof searchMessages>> {
    return this.search.messages(request);
  }
}

import { copyUsers } from '@natter/contracts/auth';
import { searchUsers } from '@natter/contracts/rooms';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { UserService } from './user.service.js';

@Controller()
export class UserHandlers {
  constructor(private readonly users: UserService) {}

  @MessagePattern(copyUsers.subject)
  async copy(
    @Payload({ schema: copyUsers.request }) request: RequestOf<typeof copyUsers>,
  ): Promise<ReplyOf<typeof copyUsers>> {
    await this.users.copy(request.users);
    return {};
  }

  @MessagePattern(searchUsers.subject)
  search(
    @Payload({ schema: searchUsers.request }) request: RequestOf<typeof searchUsers>,
  ): Promise<ReplyOf<typeof searchUsers>> {
    return this.users.search(request);
  }
}

import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getAvatar, setAvatar } from '@natter/contracts/avatars';
import type { RequestOf } from '@natter/contracts/rpc';
import { AvatarService } from './avatar.service.js';

@Controller()
export class AvatarHandlers {
  constructor(private readonly avatars: AvatarService) {}

  @MessagePattern(setAvatar.subject)
  set(@Payload({ schema: setAvatar.request }) request: RequestOf<typeof setAvatar>) {
    return this.avatars.set(request);
  }

  @MessagePattern(getAvatar.subject)
  get(@Payload({ schema: getAvatar.request }) request: RequestOf<typeof getAvatar>) {
    return this.avatars.get(request);
  }
}

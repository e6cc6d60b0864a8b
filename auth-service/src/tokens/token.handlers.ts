import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getJwks, refresh } from '@natter/contracts/auth';
import type { RequestOf } from '@natter/contracts/rpc';
import { AccessTokenService } from './access-token.service.js';
import { TokenService } from './token.service.js';

@Controller()
export class TokenHandlers {
  constructor(
    private readonly tokens: TokenService,
    private readonly accessTokens: AccessTokenService,
  ) {}

  @MessagePattern(refresh.subject)
  refresh(@Payload({ schema: refresh.request }) request: RequestOf<typeof refresh>) {
    return this.tokens.refresh(request);
  }

  @MessagePattern(getJwks.subject)
  getJwks() {
    return { keys: this.accessTokens.jwks };
  }
}

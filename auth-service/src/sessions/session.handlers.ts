import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  endOtherSessions,
  endSession,
  getRevocations,
  listLiveSessions,
  listSessions,
  login,
  logout,
} from '@natter/contracts/auth';
import type { RequestOf } from '@natter/contracts/rpc';
import { SessionService } from './session.service.js';

@Controller()
export class SessionHandlers {
  constructor(private readonly sessions: SessionService) {}

  @MessagePattern(login.subject)
  login(@Payload({ schema: login.request }) request: RequestOf<typeof login>) {
    return this.sessions.login(request);
  }

  @MessagePattern(logout.subject)
  async logout(@Payload({ schema: logout.request }) request: RequestOf<typeof logout>) {
    await this.sessions.logout(request);
    return {};
  }

  @MessagePattern(listSessions.subject)
  list(@Payload({ schema: listSessions.request }) request: RequestOf<typeof listSessions>) {
    return this.sessions.list(request);
  }

  @MessagePattern(endSession.subject)
  async end(@Payload({ schema: endSession.request }) request: RequestOf<typeof endSession>) {
    await this.sessions.end(request.actor, request.target);
    return {};
  }

  @MessagePattern(endOtherSessions.subject)
  async endOthers(@Payload({ schema: endOtherSessions.request }) request: RequestOf<typeof endOtherSessions>) {
    await this.sessions.endOthers(request.actor, request.session);
    return {};
  }

  @MessagePattern(listLiveSessions.subject)
  live(@Payload({ schema: listLiveSessions.request }) { sessions }: RequestOf<typeof listLiveSessions>) {
    return this.sessions.live(sessions);
  }

  @MessagePattern(getRevocations.subject)
  revocations() {
    return this.sessions.revocations();
  }
}

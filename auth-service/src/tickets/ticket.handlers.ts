import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { createTicket, redeemTicket } from '@natter/contracts/auth';
import type { RequestOf } from '@natter/contracts/rpc';
import { TicketService } from './ticket.service.js';

@Controller()
export class TicketHandlers {
  constructor(private readonly tickets: TicketService) {}

  @MessagePattern(createTicket.subject)
  create(@Payload({ schema: createTicket.request }) request: RequestOf<typeof createTicket>) {
    return this.tickets.create(request.actor, request.session);
  }

  @MessagePattern(redeemTicket.subject)
  redeem(@Payload({ schema: redeemTicket.request }) request: RequestOf<typeof redeemTicket>) {
    return this.tickets.redeem(request.ticket);
  }
}

import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { listAudit, recordAudit } from '@natter/contracts/admin';
import type { RequestOf } from '@natter/contracts/rpc';
import { Administrators } from '../admin/administrators.js';
import { AuditService } from './audit.service.js';

@Controller()
export class AuditHandlers {
  constructor(
    private readonly audit: AuditService,
    private readonly administrators: Administrators,
  ) {}

  @MessagePattern(listAudit.subject)
  async list(@Payload({ schema: listAudit.request }) request: RequestOf<typeof listAudit>) {
    await this.administrators.require(request.actor);
    return this.audit.list(request);
  }

  @MessagePattern(recordAudit.subject)
  async record(@Payload({ schema: recordAudit.request }) { facts }: RequestOf<typeof recordAudit>) {
    await this.audit.record(facts);
    return {};
  }
}

import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { listInstances, registerInstance } from '@natter/contracts/sessions';
import { RegistryService } from './registry.service.js';

@Controller()
export class RegistryHandlers {
  constructor(private readonly registry: RegistryService) {}

  @MessagePattern(registerInstance.subject)
  register(
    @Payload({ schema: registerInstance.request }) batch: RequestOf<typeof registerInstance>,
  ): Promise<ReplyOf<typeof registerInstance>> {
    return this.registry.register(batch);
  }

  @MessagePattern(listInstances.subject)
  instances(): ReplyOf<typeof listInstances> {
    return { items: this.registry.instances() };
  }
}

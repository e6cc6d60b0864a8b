// What a person or a load balancer may ask from outside: are you alive, and is every part there?
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../http/auth.guard.js';
import { Readiness } from './readiness.js';

@Controller()
@Access('probe')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ checks: Record<string, string> }> {
    const { ready, checks } = await this.readiness.report();
    reply.header('cache-control', 'no-store');
    if (!ready) reply.code(503).header('retry-after', '1');
    return { checks };
  }
}

// The edge towards HTTP: our errors become problems; all else is a fault of ours, logged once and told as no more than `unavailable`.
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { problemAnswer } from '@natter/service-kit/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asNatterError } from './framework-errors.js';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const known = asNatterError(error);
    if (known === undefined) this.logger.error({ err: error, requestId: request.id }, 'request failed');
    if (known?.code === 'internal')
      this.logger.error({ requestId: request.id, route: request.routeOptions.url }, 'a service failed');
    const { status, headers, body } = problemAnswer(known ?? new NatterError('internal'), request.id);
    void reply.code(status).headers(headers).send(body);
  }
}

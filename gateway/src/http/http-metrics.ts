// Requests by route and status, as Prometheus sees them; and how many are under way, for a clean stop.
import type { Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from '@natter/service-kit/metrics';
import type { FastifyInstance } from 'fastify';

@Injectable()
export class HttpMetrics {
  private readonly seconds: Histogram<'method' | 'route' | 'status'>;
  private underWay = 0;
  private whenIdle: (() => void) | undefined;

  constructor(registry: Registry) {
    this.seconds = new Histogram({
      name: 'natter_http_request_seconds',
      help: 'HTTP requests by route pattern, method and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
  }

  attach(instance: FastifyInstance): void {
    instance.addHook('onResponse', async ({ method, routeOptions }, reply) => {
      const labels = { method, route: routeOptions.url ?? 'none', status: reply.statusCode };
      this.seconds.observe(labels, reply.elapsedTime / 1_000);
    });
    (instance.server as Server).on('request', (_, response) => {
      this.underWay++;
      response.once('close', () => {
        if (--this.underWay === 0) this.whenIdle?.();
      });
    });
  }

  /** Resolves when no request is under way, or after `maxMs`. */
  async idle(maxMs: number): Promise<void> {
    if (this.underWay === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

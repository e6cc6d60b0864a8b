// The gateway as a whole: how it starts, and how it stops without cutting anybody off in the middle of an answer.
import type { Server } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { EarlyPort } from '@natter/service-kit/early-port';
import { type Kit, KitModule } from '@natter/service-kit/kit.module';
import { NestLogger } from '@natter/service-kit/logger';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import { Edge } from './http/edge.js';
import { createAdapter } from './http/fastify.js';
import { HttpMetrics } from './http/http-metrics.js';
import { Origins } from './http/origins.js';
import { pageHeaders } from './http/page-headers.js';
import { WsPass } from './sockets/ws-pass.js';
import { WebClient } from './web-client.js';

/** Requests under way at SIGTERM get this long to be answered. */
const graceMs = 5_000;

export interface Gateway {
  port: number;
  /** No new connections; answers what is under way, within 5 s; then lets go of the sockets passed on. */
  stop: () => Promise<void>;
}

/** Builds the gateway and lets it answer at the port. `kit.config` is this `config`. */
export async function startGateway(
  kit: Kit,
  config: Config,
  early = new EarlyPort(config, config.PORT),
): Promise<Gateway> {
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: class Root {}, imports: [KitModule.of(kit), AppModule] },
    createAdapter(),
    { bodyParser: false, logger: new NestLogger(kit.logger), abortOnError: false },
  );
  const instance = app.getHttpAdapter().getInstance();
  const server = app.getHttpServer() as Server;
  await instance.register(fastifyHelmet, pageHeaders(config.NATTER_INSECURE_HTTP, app.get(Origins).socketOrigins));
  await instance.register(fastifyCookie);
  await instance.register(fastifyStatic, { root: app.get(WebClient).root, serve: false });
  const metrics = app.get(HttpMetrics);
  const sockets = app.get(WsPass);
  metrics.attach(instance);
  app.get(Edge).attach(instance);
  sockets.attach(server);
  await app.init();
  await instance.ready();
  return {
    port: await early.handTo(server),
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      const closed = app.close();
      await metrics.idle(graceMs);
      sockets.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

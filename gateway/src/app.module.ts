// Wiring: what each part is made of.
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import { AdminController } from './admin/admin.controller.js';
import { ConnectionController } from './admin/connection.controller.js';
import { AvatarController } from './avatars/avatar.controller.js';
import { Avatars } from './avatars/avatars.js';
import { AuthController } from './auth/auth.controller.js';
import { SessionController } from './auth/session.controller.js';
import type { Config } from './config.js';
import { ApiDocs } from './docs/api-docs.js';
import { DocsController } from './docs/docs.controller.js';
import { BlobSweeper } from './files/blob-sweeper.js';
import { type BlobStore, BLOBS, openBlobStore } from './files/blob-store.js';
import { Drawers } from './files/draw.js';
import { FileController } from './files/file.controller.js';
import { Downloads } from './files/downloads.js';
import { Thumbnails } from './files/thumbnails.js';
import { Uploads } from './files/uploads.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { AuthGuard } from './http/auth.guard.js';
import { ClientAddress } from '@natter/service-kit/client-address';
import { Edge } from './http/edge.js';
import { ErrorFilter } from './http/error.filter.js';
import { HttpMetrics } from './http/http-metrics.js';
import { Origins } from './http/origins.js';
import { limits } from '@natter/contracts/limits';
import { RateLimiter } from '@natter/service-kit/rate-limiter';
import { RepeatedAnswers } from './http/repeated-answers.js';
import { SchemaPipe } from './http/schema.pipe.js';
import { TokenCookies } from './http/token-cookies.js';
import { MessageController } from './messages/message.controller.js';
import { Usernames } from './messages/usernames.js';
import { NotificationController } from './notifications/notification.controller.js';
import { BanController } from './rooms/ban.controller.js';
import { PushController } from './push/push.controller.js';
import { DmController } from './rooms/dm.controller.js';
import { InviteController } from './rooms/invite.controller.js';
import { MemberController } from './rooms/member.controller.js';
import { RoomController } from './rooms/room.controller.js';
import { SearchController } from './search/search.controller.js';
import { Presences } from './users/presence.js';
import { UserController } from './users/user.controller.js';
import { WsPass } from './sockets/ws-pass.js';
import { WebClient } from './web-client.js';

/** A part that is made from one setting. */
const from = <Part>(provide: new (...args: never[]) => Part, make: (config: Config) => Part) => ({
  provide,
  inject: [CONFIG],
  useFactory: make,
});

/** All that the gateway answers, in the order in which it is described. */
export const controllers = [
  AuthController,
  AvatarController,
  SessionController,
  RoomController,
  MemberController,
  BanController,
  InviteController,
  DmController,
  MessageController,
  FileController,
  SearchController,
  UserController,
  NotificationController,
  PushController,
  AdminController,
  ConnectionController,
  DocsController,
  HealthController,
];

@Module({
  controllers,
  providers: [
    {
      provide: TokenVerifier,
      inject: [Bus, RpcClient, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof TokenVerifier>) => new TokenVerifier(...parts),
    },
    from(ClientAddress, (config) => new ClientAddress(config.NATTER_TRUSTED_PROXIES)),
    from(Origins, (config) => new Origins(config.NATTER_ORIGINS)),
    // For each user; who is not signed in is counted by address.
    from(
      RateLimiter,
      ({ NATTER_RATE_FACTOR: factor }) => new RateLimiter(limits.httpPerSecond * factor, limits.httpBurst * factor),
    ),
    from(TokenCookies, (config) => new TokenCookies(config.NATTER_INSECURE_HTTP)),
    from(RepeatedAnswers, () => new RepeatedAnswers()),
    from(WebClient, (config) => new WebClient(config.WEB_ROOT)),
    { provide: BLOBS, inject: [CONFIG], useFactory: (config: Config): Promise<BlobStore> => openBlobStore(config) },
    Avatars,
    BlobSweeper,
    Downloads,
    from(Drawers, () => new Drawers()),
    Thumbnails,
    Uploads,
    from(ApiDocs, () => new ApiDocs(controllers)),
    Edge,
    HttpMetrics,
    Readiness,
    Presences,
    Usernames,
    WsPass,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_PIPE, useClass: SchemaPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule {}

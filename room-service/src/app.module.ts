// Wiring of the room-service.
import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { openDatabase } from '@natter/service-kit/database';
import { Health } from '@natter/service-kit/health';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Registry } from '@natter/service-kit/metrics';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { DataSource } from 'typeorm';
import type { Config } from './config.js';
import { createRoomsDataSource } from './database/data-source.js';
import { checkDurability } from './database/durability.js';
import { DmHandlers } from './dms/dm.handlers.js';
import { DmService } from './dms/dm.service.js';
import { InviteHandlers } from './invites/invite.handlers.js';
import { InviteService } from './invites/invite.service.js';
import { FileHandlers } from './files/file.handlers.js';
import { FileService } from './files/file.service.js';
import { StrayBlobs } from './files/stray-blobs.js';
import { LateHandlers } from './late/late.handlers.js';
import { LateService } from './late/late.service.js';
import { MessageHandlers } from './log/message.handlers.js';
import { MessageService } from './log/message.service.js';
import { CursorService } from './members/cursor.service.js';
import { MemberHandlers } from './members/member.handlers.js';
import { MemberService } from './members/member.service.js';
import { MembershipService } from './members/membership.service.js';
import { ModerationHandlers } from './members/moderation.handlers.js';
import { ModerationService } from './members/moderation.service.js';
import { PresenceRooms } from './members/presence-rooms.js';
import { Parts } from './parts.js';
import { RoomHandlers } from './rooms/room.handlers.js';
import { RoomService } from './rooms/room.service.js';
import { SearchHandlers } from './search/search.handlers.js';
import { SearchService } from './search/search.service.js';
import { UserHandlers } from './users/user.handlers.js';
import { UserService } from './users/user.service.js';

/** A service of `Parts`, for a handler that injects its class. */
const part = <T>(token: abstract new (...args: never[]) => T, pick: (parts: Parts) => T) => ({
  provide: token,
  inject: [Parts],
  useFactory: pick,
});

@Module({
  controllers: [
    RoomHandlers,
    MemberHandlers,
    ModerationHandlers,
    InviteHandlers,
    DmHandlers,
    MessageHandlers,
    UserHandlers,
    LateHandlers,
    FileHandlers,
    SearchHandlers,
  ],
  providers: [
    {
      provide: DataSource,
      inject: [CONFIG, LOGGER],
      useFactory: ({ DATABASE_URL }: Config, logger: Logger) =>
        openDatabase(createRoomsDataSource(DATABASE_URL, logger), logger),
    },
    {
      provide: Parts,
      inject: [CONFIG, LOGGER, DataSource, Bus, RpcClient, Registry],
      useFactory: (
        config: Config,
        logger: Logger,
        dataSource: DataSource,
        bus: Bus,
        rpc: RpcClient,
        metrics: Registry,
      ) =>
        new Parts({
          databaseUrl: config.DATABASE_URL,
          replica: config.INSTANCE_ID,
          logger,
          dataSource,
          bus,
          rpc,
          metrics,
          fileQuotaBytes: config.NATTER_FILE_QUOTA_BYTES,
        }),
    },
    part(RoomService, (parts) => parts.rooms),
    part(MemberService, (parts) => parts.members),
    part(ModerationService, (parts) => parts.moderation),
    part(InviteService, (parts) => parts.invites),
    part(DmService, (parts) => parts.dms),
    part(MembershipService, (parts) => parts.memberships),
    part(PresenceRooms, (parts) => parts.presenceRooms),
    part(CursorService, (parts) => parts.cursors),
    part(MessageService, (parts) => parts.messages),
    part(SearchService, (parts) => parts.search),
    part(UserService, (parts) => parts.users),
    part(LateService, (parts) => parts.late),
    part(FileService, (parts) => parts.files),
    part(StrayBlobs, (parts) => parts.strays),
  ],
})
export class AppModule implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    @Inject(Parts) private readonly parts: Parts,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Health) private readonly health: Health,
  ) {}

  onApplicationBootstrap(): void {
    this.health.add('postgres', () => checkDurability(this.dataSource));
    this.health.add('append', () => (this.parts.connection.isOpen ? 'ok' : 'no connection'));
    this.health.add('interest', () =>
      this.parts.interest.isWatching ? 'ok' : 'the session-service has no bucket yet',
    );
    this.parts.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.parts.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.close();
    await this.dataSource.destroy();
  }
}

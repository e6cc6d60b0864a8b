// What the service is made of, put together in plain sight: Nest's container only meets the outer layer of it.
import type { Logger } from '@natter/service-kit/logger';
import type { Registry } from '@natter/service-kit/metrics';
import type { Bus } from '@natter/service-kit/nats';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import type { DataSource } from 'typeorm';
import { FactOutbox } from './audit/fact-outbox.js';
import { Statements } from './database/statements.js';
import { DmRepository } from './dms/dm.repository.js';
import { DmService } from './dms/dm.service.js';
import { InviteRepository } from './invites/invite.repository.js';
import { InviteService } from './invites/invite.service.js';
import { FileRepository } from './files/file.repository.js';
import { FileService } from './files/file.service.js';
import { LooseFiles } from './files/loose-files.js';
import { StrayBlobs } from './files/stray-blobs.js';
import { LateRepository } from './late/late.repository.js';
import { LateService } from './late/late.service.js';
import { AppendConnection } from './log/append-connection.js';
import { AppendMetrics } from './log/append-metrics.js';
import { Appender } from './log/append.js';
import { Beat } from './log/beat.js';
import { Doubts } from './log/doubts.js';
import { Interest } from './log/interest.js';
import { LogHandlers } from './log/log.handlers.js';
import { LogRepository } from './log/log.repository.js';
import { MessageService } from './log/message.service.js';
import { Pages } from './log/pages.js';
import { Router } from './log/router.js';
import { BanRepository } from './members/ban.repository.js';
import { CursorService } from './members/cursor.service.js';
import { MemberRepository } from './members/member.repository.js';
import { MemberService } from './members/member.service.js';
import { MembershipService } from './members/membership.service.js';
import { ModerationService } from './members/moderation.service.js';
import { PresenceRooms } from './members/presence-rooms.js';
import { NoticeOutbox } from './notices/notice-outbox.js';
import { Gravedigger } from './rooms/gravedigger.js';
import { RoomChanges } from './rooms/room-changes.js';
import { RoomRepository } from './rooms/room.repository.js';
import { RoomService } from './rooms/room.service.js';
import { SearchIndexer } from './search/indexer.js';
import { SearchRepository } from './search/search.repository.js';
import { SearchService } from './search/search.service.js';
import { GrantCache } from './users/grants.js';
import { UserRepository } from './users/user.repository.js';
import { UserService } from './users/user.service.js';

export interface Ground {
  databaseUrl: string;
  /** This instance's id. */
  replica: string;
  logger: Logger;
  /** Open and migrated. */
  dataSource: DataSource;
  bus: Bus;
  rpc: RpcClient;
  metrics: Registry;
  fileQuotaBytes: number;
}

export class Parts {
  readonly connection: AppendConnection;
  readonly interest: Interest;
  readonly appender: Appender;
  readonly router: Router;
  readonly beat: Beat;
  readonly rooms: RoomService;
  readonly members: MemberService;
  readonly moderation: ModerationService;
  readonly invites: InviteService;
  readonly dms: DmService;
  readonly memberships: MembershipService;
  readonly presenceRooms: PresenceRooms;
  readonly cursors: CursorService;
  readonly messages: MessageService;
  readonly users: UserService;
  readonly search: SearchService;
  readonly indexer: SearchIndexer;
  readonly late: LateService;
  readonly files: FileService;
  readonly strays: StrayBlobs;
  private readonly statements: Statements;
  private readonly doubts: Doubts;
  private readonly logHandlers: LogHandlers;
  private readonly notices: NoticeOutbox;
  private readonly facts: FactOutbox;
  private readonly gravedigger: Gravedigger;
  private readonly looseFiles: LooseFiles;

  constructor({ databaseUrl, replica, logger, dataSource, bus, rpc, metrics, fileQuotaBytes }: Ground) {
    const appendMetrics = new AppendMetrics(metrics);
    // An answer travels in one NATS message, with an envelope around it.
    const maxReplyBytes = () => (bus.nc.info?.max_payload ?? 1_048_576) * 0.9;

    this.statements = new Statements(databaseUrl, logger);
    this.interest = new Interest(bus, logger);
    this.beat = new Beat(replica, bus);
    this.doubts = new Doubts(dataSource, this.beat);
    this.router = new Router(bus, this.interest, this.beat, appendMetrics, logger);
    this.connection = new AppendConnection(databaseUrl, logger, () => this.appender.soon());
    this.appender = new Appender(this.connection, this.router, this.beat, this.doubts, appendMetrics, logger);

    const log = new LogRepository(this.statements);
    const roomRepository = new RoomRepository(dataSource);
    const memberRepository = new MemberRepository(dataSource);
    this.facts = new FactOutbox(dataSource, rpc, logger);
    const changes = new RoomChanges(dataSource, this.router, this.beat, this.doubts, bus, this.facts);
    this.logHandlers = new LogHandlers(bus, this.appender, new Pages(log), logger);
    this.notices = new NoticeOutbox(dataSource, rpc, logger);
    this.gravedigger = new Gravedigger(dataSource, logger);

    this.users = new UserService(new UserRepository(dataSource), rpc);
    const grants = new GrantCache(rpc, bus);
    this.rooms = new RoomService(roomRepository, memberRepository, changes, this.users, grants, this.notices);
    const bans = new BanRepository(dataSource);
    const invites = new InviteRepository(dataSource);
    this.members = new MemberService(
      memberRepository,
      bans,
      invites,
      this.rooms,
      changes,
      this.users,
      grants,
      this.notices,
    );
    this.moderation = new ModerationService(memberRepository, bans, changes, this.users, grants, this.notices);
    this.invites = new InviteService(invites, memberRepository, changes, this.users, grants);
    const dms = new DmRepository(dataSource);
    this.dms = new DmService(dms, memberRepository, this.rooms, changes, this.users, this.notices);
    this.memberships = new MembershipService(this.statements, maxReplyBytes);
    this.presenceRooms = new PresenceRooms(this.statements, maxReplyBytes);
    this.cursors = new CursorService(this.statements, this.router);
    this.messages = new MessageService(this.appender, log, roomRepository, maxReplyBytes);
    this.search = new SearchService(new SearchRepository(dataSource), roomRepository, maxReplyBytes);
    this.indexer = new SearchIndexer(dataSource, logger);
    this.late = new LateService(new LateRepository(this.statements));

    const fileRepository = new FileRepository(dataSource);
    this.strays = new StrayBlobs(dataSource);
    this.files = new FileService(dataSource, fileRepository, this.strays, grants, fileQuotaBytes);
    this.looseFiles = new LooseFiles(fileRepository, logger);
  }

  /** Begins to listen. */
  start(): void {
    this.connection.open();
    this.interest.start();
    this.logHandlers.start();
  }

  /** Takes nothing new, and answers what was taken. */
  async stop(): Promise<void> {
    await this.logHandlers.stop();
    await this.appender.stop();
  }

  /** Lets go of everything; a last beat is not needed, for gateways notice our silence. */
  async close(): Promise<void> {
    this.notices.stop();
    this.facts.stop();
    this.gravedigger.stop();
    this.indexer.stop();
    this.looseFiles.stop();
    this.doubts.stop();
    this.interest.stop();
    this.beat.stop();
    this.connection.close();
    await this.statements.close();
  }
}

// The parts of a ws-gateway. Life cycle, configuration and control calls are Nest's; what handles frames is plain classes.
import { type DynamicModule, Module } from '@nestjs/common';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import { AccountWatch } from './account-watch.js';
import { Appender } from './appender.js';
import { Beats } from './beats.js';
import { ChatFrames } from './commands/chat-frames.js';
import { HelloCommand } from './commands/hello.js';
import { PresenceCommand } from './commands/presence.js';
import { ReceiptCommand } from './commands/receipt.js';
import { StoreCommand } from './commands/store.js';
import { SyncCommand } from './commands/sync.js';
import { TypingCommand } from './commands/typing.js';
import { Deliveries } from './deliveries.js';
import { Directory } from './directory.js';
import { Doorstep } from './doorstep.js';
import { Drain } from './drain.js';
import { Heartbeat } from './heartbeat.js';
import { Hints } from './hints.js';
import { Hub } from './hub.js';
import { IdentityCheck } from './identity.js';
import { LogReader } from './log-reader.js';
import { Memberships } from './memberships.js';
import { GatewayMetrics } from './metrics.js';
import { PlainRoom } from './plain-room.js';
import { Receipts } from './receipts.js';
import { Reception } from './reception.js';
import { Registry } from './registry.js';
import { SlowReaders } from './slow-readers.js';
import { Turn } from './turn.js';
import { Typists } from './typists.js';
import { Door } from './upgrade.js';

const verifier = {
  provide: TokenVerifier,
  useFactory: (bus: Bus, rpc: RpcClient, logger: Logger) => new TokenVerifier(bus, rpc, logger),
  inject: [Bus, RpcClient, LOGGER],
};
const sockets = [Door, IdentityCheck, Reception, Hub, Turn, SlowReaders, Heartbeat, GatewayMetrics];
const rooms = [LogReader, Memberships, Beats, Appender, Deliveries, Receipts, Hints, Typists];
const people = [verifier, Directory, AccountWatch, Registry];
const frames = [
  ChatFrames,
  HelloCommand,
  StoreCommand,
  ReceiptCommand,
  TypingCommand,
  PresenceCommand,
  SyncCommand,
  PlainRoom,
];

@Module({})
export class WsGatewayModule {
  /** @param doorstep where callers already wait */
  static behind(doorstep: Doorstep): DynamicModule {
    const early = { provide: Doorstep, useValue: doorstep };
    return { module: WsGatewayModule, providers: [early, ...sockets, ...rooms, ...people, ...frames, Drain] };
  }
}

// From an accepted request to a connection: of the chat protocol, or of one room.
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { CONFIG } from '@natter/service-kit/kit.module';
import { type ClientSocket, listen } from './client-socket.js';
import { ChatFrames } from './commands/chat-frames.js';
import type { Config } from './config.js';
import { Connection, type ConnectionContext, type FrameHandler } from './connection.js';
import { Hub } from './hub.js';
import { GatewayMetrics } from './metrics.js';
import { afterOf, PlainRoom } from './plain-room.js';
import { SlowReaders } from './slow-readers.js';
import { Turn } from './turn.js';
import type { Guest, Welcome } from './upgrade.js';

@Injectable()
export class Reception {
  /** Connection ids are unique over all instances and starts. */
  private readonly prefix = randomBytes(8).toString('hex');
  private readonly context: ConnectionContext;
  private opened = 0;

  constructor(
    private readonly hub: Hub,
    private readonly chat: ChatFrames,
    private readonly plainRoom: PlainRoom,
    turn: Turn,
    metrics: GatewayMetrics,
    slowReaders: SlowReaders,
    @Inject(CONFIG) config: Config,
  ) {
    const left = (connection: Connection) => hub.remove(connection);
    this.context = { turn, metrics, slowReaders, rateFactor: config.NATTER_RATE_FACTOR, left };
  }

  /**
   * Last check before the upgrade, and what becomes of the socket.
   * @param timeoutMs for the call of the room-service, where one is needed
   * @throws NatterError to refuse: as `PlainRoom.join`; `bad_request` for a bad `?after=`
   */
  async prepare(guest: Guest, timeoutMs: number): Promise<Welcome> {
    const { user, session } = guest;
    if (guest.room === undefined)
      return (ws, socket) => void this.connect(ws, socket, this.chat, user, session, undefined);
    const after = afterOf(guest.query);
    const room = await this.plainRoom.join(user, guest.room, timeoutMs);
    return (ws, socket) => {
      const connection = this.connect(ws, socket, this.plainRoom, user, session, room.id);
      void this.plainRoom.open(connection, room, after);
    };
  }

  private connect(
    ws: ClientSocket,
    socket: Socket,
    handler: FrameHandler,
    user: string,
    session: string,
    only: string | undefined,
  ): Connection {
    const id = `${this.prefix}-${(++this.opened).toString(36)}`;
    const identity = { id, user: this.hub.userOf(user), session, only };
    const connection = new Connection(identity, ws, socket, handler, this.context);
    listen(ws, socket, connection);
    this.hub.add(connection);
    return connection;
  }
}

// The one-room, plain-text socket: every text frame received is a message, every event of the room's log is sent. No hello, no
// acks; what reached the client follows from its pongs.
import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { isCleanText } from '@natter/contracts/text';
import { joinRoom } from '@natter/contracts/rooms';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import { StoreCommand } from './commands/store.js';
import type { Connection, FrameHandler } from './connection.js';
import { Directory, ownUser } from './directory.js';
import { Hub } from './hub.js';
import { readNewcomer } from './newcomer.js';
import { Receipts } from './receipts.js';

/** After events have been written, a ping asks whether they have come. */
const askMs = 1_000;

/** The room as it was when the socket was let in. */
export interface JoinedRoom {
  id: string;
  lastSeq: number;
}

@Injectable()
export class PlainRoom implements FrameHandler, OnApplicationShutdown {
  /** Open sockets, with the seq that the last ping asked about. */
  private readonly asked = new Map<Connection, number>();
  private readonly timer = setInterval(() => this.ask(), askMs);

  constructor(
    private readonly hub: Hub,
    private readonly directory: Directory,
    private readonly rpc: RpcClient,
    private readonly verifier: TokenVerifier,
    private readonly store: StoreCommand,
    private readonly receipts: Receipts,
  ) {
    hub.listen({
      connectionChanged: (connection) => {
        if (!hub.connections.has(connection.id)) this.asked.delete(connection);
      },
    });
  }

  /**
   * Joins a public room; a private one must have been joined before.
   * @param room id or name
   * @throws NatterError `not_found`, `banned`, `quota`; `unavailable` or `timeout` when the room-service is away
   */
  async join(user: string, room: string, timeoutMs: number): Promise<JoinedRoom> {
    const { room: joined } = await this.rpc.call(joinRoom, { actor: user, room }, { timeoutMs });
    return { id: joined.id, lastSeq: joined.last_seq };
  }

  /**
   * Begins to send the room's events: those after `after`, or those that came since the socket was let in.
   * Never throws: what cannot be read in time ends the connection with 1011.
   */
  async open(connection: Connection, room: JoinedRoom, after: number | undefined): Promise<void> {
    connection.greet();
    const found = await readNewcomer(this.directory, connection, () => Promise.resolve());
    if (connection.stage === 'closed') return;
    if (found === undefined) return connection.close('server_fault');
    const { account, memberships } = found;
    const membership = memberships.find(({ id }) => id === room.id);
    if (account?.disabled) return connection.close('account_disabled');
    if (account === undefined || this.verifier.isEnded(connection.session)) return connection.close('session_ended');
    if (membership === undefined) return connection.close('room_gone');
    connection.user.learn(ownUser(account), account.version);
    const start = Math.min(after ?? room.lastSeq, membership.last_seq);
    const position = Math.max(start, membership.visible_after);
    this.hub.enter(connection, membership, position)?.pump();
    this.asked.set(connection, position);
    connection.open();
  }

  frame(connection: Connection, data: Buffer): void {
    const body = data.toString('utf8');
    const waitMs = connection.takeFrame();
    if (waitMs > 0) return connection.fail('rate_limited', undefined, waitMs);
    if (!isCleanText(body)) return connection.fail('bad_request');
    this.store.submit(connection, { room: connection.only ?? '', id: randomUUID(), body }, undefined);
  }

  /** The client's answer to our question: everything written before it has come. */
  pong(connection: Connection, payload: string): void {
    const seq = Number(payload);
    const asked = this.asked.get(connection);
    if (connection.only === undefined || asked === undefined || !(seq >= 1 && seq <= asked)) return;
    this.receipts.note(connection.user.id, connection.only, Math.floor(seq), undefined);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private ask(): void {
    for (const [connection, asked] of this.asked) {
      const feed = connection.only === undefined ? undefined : this.hub.feeds.get(connection.only);
      const position = feed?.givenTo(connection) ?? 0;
      if (position <= asked || connection.outbound.queuedBytes > 0) continue;
      this.asked.set(connection, position);
      connection.ping(String(position));
    }
  }
}

/** The number in `?after=`. @throws NatterError `bad_request` for anything else */
export function afterOf(query: URLSearchParams): number | undefined {
  const text = query.get('after');
  if (text === null) return undefined;
  const after = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(after)) throw new NatterError('bad_request');
  return after;
}

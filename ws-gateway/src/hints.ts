// What sockets are told beside the log: receipts, typing, presence. Nobody is owed it at once, so it is gathered: the newest word on each
// matter takes the place of the older one, and so many a second are handed out and no more, whoever has waited longest first.
import type { PresenceEvent, ReceiptEvent, TypingEvent } from '@natter/contracts/events';
import type { InstanceHints } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Bus } from '@natter/service-kit/nats';
import type { Config } from './config.js';
import type { Connection } from './connection.js';
import { frameText } from './framing.js';
import { Hub } from './hub.js';
import { GatewayMetrics } from './metrics.js';

const tickMs = 50;
/** Frames an instance hands to sockets in a second, all together. */
export const hintsPerSecond = 30_000;
/** As many may be handed out at once after some quiet. */
const burst = hintsPerSecond / 2;
/** Matters that wait; what is new beyond is dropped. */
const maxWaiting = 50_000;
/** Who typed so long ago may have ceased. */
const typingStaleMs = 2_000;

interface Hint {
  event: TypingEvent | PresenceEvent | ReceiptEvent;
  rooms: readonly string[];
  /** Whose own sockets need not be told. */
  but: string | undefined;
  /** Dropped rather than handed out later than this, or beyond the budget; undefined: it waits for its turn. */
  untilMs: number | undefined;
}

@Injectable()
export class Hints implements OnApplicationShutdown {
  private readonly waiting = new Map<string, Hint>();
  private tokens = burst;
  private filledAtMs = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    bus: Bus,
    private readonly hub: Hub,
    private readonly metrics: GatewayMetrics,
    @Inject(CONFIG) config: Config,
  ) {
    bus.onJson<InstanceHints>(subjects.instanceHints(config.INSTANCE_ID), (hints) => this.take(hints));
  }

  /** Matters that wait for their turn. */
  get size(): number {
    return this.waiting.size;
  }

  take({ typing = [], presence = [] }: InstanceHints): void {
    const untilMs = performance.now() + typingStaleMs;
    for (const [room, user, on] of typing) {
      this.add(`t ${room} ${user}`, { event: { type: 'typing', room, user, on }, rooms: [room], but: user, untilMs });
    }
    for (const { user, status, last_seen, rooms } of presence) {
      const event: PresenceEvent = { type: 'presence', user, status, last_seen };
      this.add(`p ${user}`, { event, rooms, but: user, untilMs: undefined });
    }
  }

  /** Somebody's cursors have moved, and are stored. */
  receipt(room: string, bytes: Buffer): void {
    if (!this.hub.feeds.has(room)) return;
    const event = JSON.parse(bytes.toString()) as ReceiptEvent;
    const key = `r ${room} ${event.user}`;
    const before = this.waiting.get(key)?.event;
    if (before?.type === 'receipt') {
      event.delivered = Math.max(event.delivered, before.delivered);
      event.read = Math.max(event.read, before.read);
    }
    this.add(key, { event, rooms: [room], but: undefined, untilMs: undefined });
  }

  /** Hands out what the budget allows. One matter may overdraw it, and those after wait until that is made good. */
  flush(nowMs: number): void {
    this.tokens = Math.min(burst, this.tokens + ((nowMs - this.filledAtMs) * hintsPerSecond) / 1_000);
    this.filledAtMs = nowMs;
    for (const [key, hint] of this.waiting) {
      if (this.tokens <= 0) return;
      this.waiting.delete(key);
      const sockets = this.socketsFor(hint);
      const isOver = hint.untilMs !== undefined && (nowMs > hint.untilMs || sockets.length > this.tokens);
      if (isOver) this.metrics.hintsDropped++;
      else this.hand(frameText(JSON.stringify(hint.event)), sockets);
    }
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private add(key: string, hint: Hint): void {
    if (this.waiting.size >= maxWaiting && !this.waiting.has(key)) return void this.metrics.hintsDropped++;
    this.waiting.set(key, hint);
    this.timer ??= setTimeout(() => this.tick(), tickMs);
  }

  private tick(): void {
    this.timer = undefined;
    this.flush(performance.now());
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.tick(), tickMs);
  }

  private hand(frame: Buffer, sockets: readonly Connection[]): void {
    this.tokens -= sockets.length;
    this.metrics.hints += sockets.length;
    for (const { outbound } of sockets) if (!outbound.pushFleeting(frame)) this.metrics.hintsDropped++;
  }

  /** Each socket once, in however many of the rooms it is: as they are now, so that who was removed is not among them. */
  private socketsFor({ rooms, but }: Hint): Connection[] {
    const found: Connection[] = [];
    const seen = rooms.length > 1 ? new Set<Connection>() : undefined;
    for (const room of rooms)
      for (const connection of this.hub.feeds.get(room)?.readers() ?? []) {
        if (connection.user.id === but || seen?.has(connection) === true) continue;
        seen?.add(connection);
        found.push(connection);
      }
    return found;
  }
}

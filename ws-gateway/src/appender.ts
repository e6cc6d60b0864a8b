// What is to be stored on its way to the log. One request a turn carries the items of all rooms that have none under way; what comes
// meanwhile waits in its room, in order, so that two items for one room never overtake each other.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type ErrorCode, errorCatalogue, socketCodes } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { AppendItem } from '@natter/contracts/messages';
import { subjects } from '@natter/contracts/subjects';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Bus } from '@natter/service-kit/nats';
import { Beats } from './beats.js';
import type { Config } from './config.js';
import type { Connection } from './connection.js';
import { GatewayMetrics } from './metrics.js';
import { type EndOfTurn, phase, Turn } from './turn.js';

const maxItems = 512;
const maxRequestBytes = 524_288;
/** Sends without an answer in all rooms together; beyond, new ones are answered `unavailable`. */
const maxWaitingBytes = 67_108_864;
/** An answer that has not come by then is `timeout`: half a second before the contract's end. */
const answerMs = limits.answerMs - 500;
/** A request unanswered for so long is published once more: the room-service that took it may have died with it. */
const againMs = 1_500;
const checkMs = 100;

/** A send, and whom to answer. */
interface Send {
  ref: number;
  connection: Connection;
  room: RoomSends;
  id: string;
  /** The item as JSON. */
  item: string;
  receivedAtMs: number;
  /** The request that carries it; undefined while it waits. */
  request: Request | undefined;
}

interface Request {
  number: number;
  sends: Send[];
  unanswered: number;
  sentAtMs: number;
  isRepeated: boolean;
}

interface RoomSends {
  room: string;
  waiting: Send[];
  underWay: number;
}

type DraftOf<Item> = Item extends AppendItem ? Omit<Item, 'ref' | 'sender' | 'username'> : never;
/** What an item is made of; the rest is added here. */
export type Draft = DraftOf<AppendItem>;

@Injectable()
export class Appender implements EndOfTurn, OnApplicationShutdown {
  private readonly rooms = new Map<string, RoomSends>();
  private readonly ready = new Set<RoomSends>();
  private readonly underWay = new Map<number, Send>();
  private readonly requests = new Map<number, Request>();
  // An answer to an earlier start of this instance must not fit a send of this one.
  private lastRef = Math.floor(Math.random() * 2 ** 48);
  private lastRequest = 0;
  private readonly instance: string;
  private waitingBytes = 0;
  private isScheduled = false;
  private readonly timer = setInterval(() => this.expire(performance.now()), checkMs);

  constructor(
    private readonly bus: Bus,
    private readonly beats: Beats,
    private readonly turn: Turn,
    private readonly metrics: GatewayMetrics,
    @Inject(CONFIG) config: Config,
  ) {
    const instance = config.INSTANCE_ID;
    this.instance = instance;
    bus.nc.subscribe(subjects.instanceAppendReplies(instance), {
      callback: (error, message) => {
        if (error) return;
        // Nothing else ever arrives here: nobody takes appends.
        this.nobodyTook(Number(message.subject.split('.').at(-1)));
      },
    });
    // Answers that were under way while the bus was away have not been kept for us.
    bus.onReconnect(() => {
      for (const request of this.requests.keys()) this.nobodyTook(request);
    });
  }

  /**
   * Sends an item to its room's log. Whatever happens, the connection is answered within 5 s: `ack`, or an error
   * (`unavailable` at once while the bus or the room-service is away, `timeout` when no answer came).
   */
  submit(connection: Connection, username: string, draft: Draft): void {
    if (!this.isAvailable || this.waitingBytes > maxWaitingBytes)
      return this.answerError(connection, draft.id, 'unavailable');
    let room = this.rooms.get(draft.room);
    if (room === undefined) this.rooms.set(draft.room, (room = { room: draft.room, waiting: [], underWay: 0 }));
    const ref = ++this.lastRef;
    const full: AppendItem = { ref, sender: connection.user.id, username, ...draft };
    const item = JSON.stringify(full);
    room.waiting.push({
      ref,
      connection,
      room,
      id: draft.id,
      item,
      receivedAtMs: performance.now(),
      request: undefined,
    });
    this.waitingBytes += item.length;
    connection.inflight++;
    this.metrics.sends++;
    if (room.underWay === 0) this.makeReady(room);
  }

  /** The log has it. @returns the room; undefined when nobody waits for this answer any more */
  acked(ref: number, seq: number, ts: string, isDup: boolean): string | undefined {
    const send = this.settle(ref);
    if (send === undefined) return undefined;
    const { connection, id } = send;
    if (connection.only === undefined)
      connection.push({ type: 'ack', id, room: send.room.room, seq, ts, ...(isDup && { dup: true as const }) });
    return send.room.room;
  }

  /** The log has it not, or does not know. */
  failed(ref: number, code: ErrorCode, retryAfterMs?: number | null, detail?: string): void {
    const send = this.settle(ref);
    if (send !== undefined) this.answerError(send.connection, send.id, frameError(code), retryAfterMs, detail);
  }

  /** Sends that wait for an answer. */
  get pending(): number {
    return this.underWay.size;
  }

  endTurn(): void {
    this.isScheduled = false;
    let batch: Send[] = [];
    let bytes = 0;
    for (const room of this.ready) {
      if (batch.length >= maxItems || bytes >= maxRequestBytes) {
        this.publish(batch);
        batch = [];
        bytes = 0;
      }
      let count = 0;
      for (const send of room.waiting) {
        if (count > 0 && (batch.length >= maxItems || bytes + send.item.length > maxRequestBytes)) break;
        batch.push(send);
        bytes += send.item.length;
        count++;
      }
      room.waiting = room.waiting.slice(count);
      room.underWay = count;
    }
    this.ready.clear();
    if (batch.length > 0) this.publish(batch);
  }

  /** Repeats what should have been answered by now, which is harmless by its ids, and answers what has waited too long. */
  expire(nowMs: number): void {
    for (const request of this.requests.values()) {
      if (request.isRepeated || request.sentAtMs > nowMs - againMs || !this.isAvailable) continue;
      request.isRepeated = true;
      this.transmit(request);
    }
    const dueMs = nowMs - answerMs;
    const late: Send[] = [];
    for (const send of this.underWay.values()) if (send.receivedAtMs <= dueMs) late.push(send);
    for (const send of late) this.failed(send.ref, 'timeout');
    for (const room of this.rooms.values()) {
      while (room.waiting[0] !== undefined && room.waiting[0].receivedAtMs <= dueMs)
        this.giveUp(room.waiting.shift()!, 'timeout');
      if (room.waiting.length === 0 && room.underWay === 0) this.rooms.delete(room.room);
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private get isAvailable(): boolean {
    return this.bus.isUp && this.beats.isHeard;
  }

  private makeReady(room: RoomSends): void {
    this.ready.add(room);
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.turn.add(phase.calls, this);
  }

  private publish(batch: Send[]): void {
    const request: Request = {
      number: ++this.lastRequest,
      sends: batch,
      unanswered: batch.length,
      sentAtMs: performance.now(),
      isRepeated: false,
    };
    for (const send of batch) {
      send.request = request;
      this.underWay.set(send.ref, send);
    }
    this.requests.set(request.number, request);
    if (!this.isAvailable) return this.nobodyTook(request.number);
    this.transmit(request);
  }

  /** Publishes what of a request has no answer. */
  private transmit({ number, sends }: Request): void {
    const items = sends.filter((send) => this.underWay.has(send.ref)).map((send) => send.item);
    this.bus.nc.publish(subjects.append, `{"instance":${JSON.stringify(this.instance)},"items":[${items.join(',')}]}`, {
      reply: subjects.instanceAppendReply(this.instance, number),
    });
  }

  private nobodyTook(request: number): void {
    for (const send of this.requests.get(request)?.sends ?? []) this.failed(send.ref, 'unavailable');
  }

  /** A send is no longer under way; when it was the last of its room, what waits there may go. */
  private settle(ref: number): Send | undefined {
    const send = this.underWay.get(ref);
    if (send === undefined) return undefined;
    this.underWay.delete(ref);
    this.waitingBytes -= send.item.length;
    send.connection.inflight--;
    const { room } = send;
    if (--room.underWay === 0) {
      if (room.waiting.length > 0) this.makeReady(room);
      else this.rooms.delete(room.room);
    }
    const { request } = send;
    if (request !== undefined && --request.unanswered === 0) this.requests.delete(request.number);
    return send;
  }

  private giveUp(send: Send, code: ErrorCode): void {
    this.waitingBytes -= send.item.length;
    send.connection.inflight--;
    this.answerError(send.connection, send.id, code);
  }

  private answerError(
    connection: Connection,
    id: string,
    code: ErrorCode,
    retryAfterMs?: number | null,
    detail?: string,
  ): void {
    const mayRepeat = errorCatalogue[code].outcome === 'unknown' || code === 'rate_limited';
    const waitMs = retryAfterMs ?? (mayRepeat ? 500 + Math.floor(Math.random() * 1_000) : undefined);
    connection.fail(code, connection.only === undefined ? id : undefined, waitMs, detail);
  }
}

const frameErrors: ReadonlySet<ErrorCode> = new Set(socketCodes);

/** A code that a frame may carry: the others are told by the one that says the same about the outcome. */
function frameError(code: ErrorCode): ErrorCode {
  if (frameErrors.has(code)) return code;
  return errorCatalogue[code].outcome === 'unknown' ? 'unavailable' : 'forbidden';
}

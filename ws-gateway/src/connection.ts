// One socket: who it is, what it may still do, and how it ends. The edge where errors become frames and closings become `bye`.
import type { Socket } from 'node:net';
import { type CloseReason, closeCodes } from '@natter/contracts/close-codes';
import { type ErrorCode, errorCatalogue } from '@natter/contracts/errors';
import type { FleetingEvent, LogEvent } from '@natter/contracts/events';
import type { AnswerFrame, ErrorFrame } from '@natter/contracts/frames';
import { limits } from '@natter/contracts/limits';
import { byeFrame, type CloseEntry } from './bye.js';
import { frameText } from './framing.js';
import type { ClientSocket } from './client-socket.js';
import type { LocalUser } from './local-user.js';
import { OutboundQueue, type QueueContext, type QueueOwner } from './outbound-queue.js';
import { RecentCount } from './recent-count.js';
import { TokenBucket } from '@natter/service-kit/token-bucket';
import type { Resume } from './resume.js';

/** What reads a connection's frames: the chat protocol, or the one-room socket. */
export interface FrameHandler {
  /** A text frame. */
  frame(connection: Connection, data: Buffer): void;
  /** A pong with a payload of ours. */
  pong(connection: Connection, payload: string): void;
}

export interface ConnectionContext extends QueueContext {
  rateFactor: number;
  /** The connection is over; called once. */
  left(connection: Connection): void;
}

export interface ConnectionIdentity {
  id: string;
  user: LocalUser;
  session: string;
  /** Set on a one-room socket: the only room it is in. */
  only: string | undefined;
}

/** Any frame at all: far above what the contract's limits add up to, but a wall. */
const framesPerSecond = 1_000;
const framesBurst = 5_000;
/** What breaks the WebSocket protocol itself has codes of its own (1002, 1008). */
const brokenFraming = { client: 'repeat_not', reason: 'broken WebSocket' } as const;
const countedAsBad: ReadonlySet<ErrorCode> = new Set(['bad_request', 'hello_first']);

export class Connection implements QueueOwner {
  readonly id: string;
  readonly user: LocalUser;
  readonly session: string;
  readonly only: string | undefined;
  /** For people to read, and to find the oldest of too many on several instances; all else is counted on the clock that nobody sets. */
  readonly since = Date.now();
  readonly openedAtMs = performance.now();
  readonly outbound: OutboundQueue;
  /** `greeting`: hello has come, `ready` is being gathered. */
  stage: 'new' | 'greeting' | 'open' | 'closed' = 'new';
  /** Requests that wait for their answer. */
  inflight = 0;
  /** Rooms in which this socket does not stand where the live feed stands. */
  readonly resumes = new Map<string, Resume>();
  /** Pages of the log being read for it. */
  reading = 0;
  /** Its client said that nobody looks. */
  isAway = false;
  /** Heartbeats since the last pong. */
  unanswered = 0;
  heartbeatSlot = 0;
  /** Frames that came during `greeting`: at most what one read of the socket brought. */
  private early: Buffer[] = [];
  private isLeaving = false;
  private readonly sendRate: TokenBucket;
  private readonly frameRate: TokenBucket;
  /** Made when it is first needed: many sockets only listen. */
  private hintRate: TokenBucket | undefined;
  private readonly badFrames = new RecentCount(limits.badFrames, limits.badFramesWindowMs);
  private readonly floodRefusals = new RecentCount(limits.floodRefusals, limits.floodWindowMs);

  constructor(
    identity: ConnectionIdentity,
    private readonly ws: ClientSocket,
    socket: Socket,
    private readonly handler: FrameHandler,
    private readonly context: ConnectionContext,
  ) {
    this.id = identity.id;
    this.user = identity.user;
    this.session = identity.session;
    this.only = identity.only;
    this.outbound = new OutboundQueue(socket, this, context);
    const { rateFactor } = context;
    this.sendRate = new TokenBucket(limits.send_per_s * rateFactor, limits.send_burst * rateFactor, this.openedAtMs);
    this.frameRate = new TokenBucket(framesPerSecond * rateFactor, framesBurst * rateFactor, this.openedAtMs);
  }

  /** A socket of the chat protocol that has been greeted: it is in all rooms of its user. */
  get isInAllRooms(): boolean {
    return this.stage === 'open' && this.only === undefined;
  }

  push(frame: AnswerFrame | FleetingEvent | LogEvent): void {
    this.outbound.push(frameText(JSON.stringify(frame)));
  }

  /** Answers with an error, and counts it: too many bad frames or refusals end the connection. */
  fail(code: ErrorCode, id?: string, retryAfterMs?: number, message: string = errorCatalogue[code].message): void {
    if (this.stage === 'closed') return;
    const { outcome } = errorCatalogue[code];
    const frame: ErrorFrame = { type: 'error', ...(id !== undefined && { id }), code, message, outcome };
    if (retryAfterMs !== undefined) frame.retry_after_ms = retryAfterMs;
    this.push(frame);
    if (countedAsBad.has(code)) this.noteBadFrame();
    else if (code === 'rate_limited' && this.floodRefusals.add(performance.now())) this.flooded();
  }

  /** Counts a bad frame: too many within a minute end the connection. */
  noteBadFrame(): void {
    if (this.badFrames.add(performance.now())) this.close('protocol');
  }

  /** Takes from the rate of sends. @returns 0, or the milliseconds to wait */
  takeSend(): number {
    return this.sendRate.take(performance.now());
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.stage === 'closed' || this.isLeaving) return;
    this.context.metrics.framesIn++;
    if (isBinary) return this.close('binary_frame');
    if (this.stage === 'greeting') this.early.push(data);
    else this.handler.frame(this, data);
  }

  /** What this socket may do is being read: until `open`, the client waits, not our memory. */
  greet(): void {
    this.stage = 'greeting';
    this.ws.pause();
  }

  /** Takes up what came meanwhile, and all that comes. */
  open(): void {
    this.stage = 'open';
    const { early } = this;
    this.early = [];
    for (const data of early) if (this.stage === 'open') this.handler.frame(this, data);
    this.ws.resume();
  }

  /** Takes from the rate of frames of any kind. @returns 0, or the milliseconds to wait */
  takeFrame(): number {
    return this.frameRate.take(performance.now());
  }

  /** Takes from the rate of `typing` and `presence`. @returns 0, or the milliseconds to wait */
  takeHint(): number {
    const { rateFactor } = this.context;
    const nowMs = performance.now();
    this.hintRate ??= new TokenBucket(limits.hintsPerSecond * rateFactor, limits.hintsBurst * rateFactor, nowMs);
    return this.hintRate.take(nowMs);
  }

  onPong(payload: Buffer): void {
    this.unanswered = 0;
    if (payload.length > 0 && this.stage === 'open') this.handler.pong(this, payload.toString('latin1'));
  }

  /** Answers a client's ping. One that does not read its pongs gets only some; one that floods is let go. */
  onPing(payload: Buffer): void {
    if (this.stage === 'closed') return;
    if (this.takeFrame() > 0) this.flooded();
    else if (this.outbound.isCalm) this.ws.pong(payload);
  }

  ping(payload = ''): void {
    if (this.stage !== 'closed') this.ws.ping(payload);
  }

  /** What comes from now on is not answered: the connection is about to be closed. */
  stopReading(): void {
    this.isLeaving = true;
  }

  /** Says `bye` with the reason's code, then closes. A reader that is too slow loses what it has not read. */
  close(reason: CloseReason, afterMs?: number): void {
    if (this.stage === 'closed') return;
    const { code, reason: words } = closeCodes[reason];
    this.leave(code, bye(closeCodes[reason], afterMs), reason === 'too_slow');
    // A paused socket would not hear the client's half of the closing handshake.
    this.ws.resume();
    this.ws.close(code, words);
  }

  /** The socket is being closed by ws or by the client, or is gone; `fault` when ws could not read a frame. */
  closing(code: number, fault: boolean): void {
    if (this.stage === 'closed') return;
    const entry = Object.values(closeCodes).find((one) => one.code === code) ?? { ...brokenFraming, code };
    this.leave(code, fault ? bye(entry) : undefined, false);
  }

  tooSlow(): void {
    this.close('too_slow');
  }

  drained(): void {
    for (const resume of this.resumes.values()) resume.pump();
  }

  private flooded(): void {
    this.close('flooding', 1_000 + Math.floor(Math.random() * 4_000));
  }

  private leave(code: number, last: Buffer | undefined, giveUp: boolean): void {
    this.context.left(this);
    this.stage = 'closed';
    this.outbound.finish(last, giveUp);
    this.context.metrics.closed(code);
  }
}

const bye = (entry: CloseEntry, afterMs?: number): Buffer => frameText(JSON.stringify(byeFrame(entry, afterMs)));

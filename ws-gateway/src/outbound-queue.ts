// What one reader has yet to be sent: whole frames, gathered during a turn and written with one call. Beyond what the socket
// takes at once, frames wait here and not in the socket, so that they can still be given up when the reader is too slow.
import type { Socket } from 'node:net';
import { limits } from '@natter/contracts/limits';
import type { GatewayMetrics } from './metrics.js';
import type { SlowReaders } from './slow-readers.js';
import { type EndOfTurn, phase, type Turn } from './turn.js';

/** One write is about this large when frames had to wait. */
const pieceBytes = 65_536;
/** Above this a socket takes no live events: they wait in the log, from where it is fed when it has read on. */
const liveBytes = 262_144;
/** Fleeting events are dropped first. */
const fleetingBytes = 65_536;
/** Replay stays at most this far ahead of the reader. */
const replayBytes = 131_072;

/** Whose queue it is. */
export interface QueueOwner {
  /** More is queued than one reader may hold. */
  tooSlow(): void;
  /** The reader has caught up with what was queued. */
  drained(): void;
}

/** What all queues of an instance share. */
export interface QueueContext {
  turn: Turn;
  metrics: GatewayMetrics;
  slowReaders: SlowReaders;
}

export class OutboundQueue implements EndOfTurn {
  private chunks: Buffer[] = [];
  private bytes = 0;
  private dirty = false;
  private closed = false;
  private replayWaits = false;
  /** While something waits: how far the stream of bytes had grown at a time. Oldest first. */
  private marks: { offset: number; atMs: number }[] | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly owner: QueueOwner,
    private readonly context: QueueContext,
  ) {}

  /** Bytes that the kernel has not taken yet. */
  get queuedBytes(): number {
    return this.bytes + this.socket.writableLength;
  }

  /** True when replay may push more; else its owner is told when it may. */
  takesReplay(): boolean {
    if (this.queuedBytes < replayBytes) return true;
    this.replayWaits = true;
    return false;
  }

  /** True while the reader keeps up so well that it may have what it could do without. */
  get isCalm(): boolean {
    return this.queuedBytes <= fleetingBytes;
  }

  /** True when live events of this size may be pushed; else the socket must leave the live set. */
  hasRoomFor(bytes: number): boolean {
    return this.queuedBytes + bytes <= liveBytes;
  }

  /** Queues whole frames; they are written, together with all else of this turn, when the turn ends. */
  push(frames: Buffer): void {
    if (this.closed) return;
    this.chunks.push(frames);
    this.bytes += frames.length;
    if (this.dirty) return;
    this.dirty = true;
    this.context.turn.add(phase.sockets, this);
  }

  /** As `push`, but drops the frame when the reader is slow. @returns false when it did */
  pushFleeting(frame: Buffer): boolean {
    if (!this.isCalm) return false;
    this.push(frame);
    return true;
  }

  endTurn(): void {
    this.dirty = false;
    if (this.closed) return;
    this.flush();
    if (this.queuedBytes > limits.queuedBytes) this.owner.tooSlow();
    else this.callReplay();
  }

  /** The socket took all that had been written to it: goes on with what waits. */
  onDrain(): void {
    if (this.closed) return;
    this.flush();
    this.callReplay();
  }

  /**
   * Ends the queue: `last` is written after what waits, or, with `giveUp`, in its place. Nothing can be pushed afterwards, and
   * frames written by ws (close) come behind.
   */
  finish(last: Buffer | undefined, giveUp: boolean): void {
    if (this.closed) return;
    this.closed = true;
    const frames = giveUp ? [] : this.chunks;
    if (last !== undefined) frames.push(last);
    if (frames.length > 0 && this.socket.writable) this.write(frames);
    this.chunks = [];
    this.bytes = 0;
    this.marks = undefined;
  }

  /**
   * Looks at the age of what waits; called every half second or so while something does.
   * @returns `late` when a byte has waited longer than the contract allows, `idle` when nothing waits
   */
  age(nowMs: number): 'idle' | 'waiting' | 'late' {
    if (this.closed || this.queuedBytes === 0) {
      this.marks = undefined;
      return 'idle';
    }
    this.marks ??= [];
    const taken = this.socket.bytesWritten - this.socket.writableLength;
    while (this.marks.length > 0 && this.marks[0]!.offset <= taken) this.marks.shift();
    this.marks.push({ offset: this.socket.bytesWritten + this.bytes, atMs: nowMs });
    return nowMs - this.marks[0]!.atMs > limits.queuedMs ? 'late' : 'waiting';
  }

  private callReplay(): void {
    if (!this.replayWaits || this.queuedBytes >= replayBytes) return;
    this.replayWaits = false;
    this.owner.drained();
  }

  private flush(): void {
    const { socket } = this;
    while (this.chunks.length > 0 && !socket.writableNeedDrain && socket.writable) {
      let size = 0;
      let count = 0;
      while (count < this.chunks.length && (count === 0 || size + this.chunks[count]!.length <= pieceBytes))
        size += this.chunks[count++]!.length;
      const piece = count === this.chunks.length ? this.chunks : this.chunks.slice(0, count);
      this.chunks = count === this.chunks.length ? [] : this.chunks.slice(count);
      this.bytes -= size;
      this.write(piece);
    }
    if (this.queuedBytes > 0) this.context.slowReaders.watch(this, this.owner);
  }

  private write(frames: Buffer[]): void {
    this.context.metrics.writes++;
    this.socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }
}

// `sync`, and the end of `hello`: positions set by the client, what it missed since, and one `synced` when all of it is written.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { SyncedFrame, SyncedRoom, SyncFrame } from '@natter/contracts/frames';
import { limits } from '@natter/contracts/limits';
import type { Connection } from '../connection.js';
import { Hub } from '../hub.js';
import type { Resume, ResumeWaiter } from '../resume.js';

/** A sync that has not been answered by then is answered with what is known. */
const answerMs = limits.answerMs - 500;
const checkMs = 250;

/** One `hello` or `sync` whose rooms are being replayed. */
export class Syncing implements ResumeWaiter {
  readonly beganAtMs = performance.now();
  private readonly rooms = new Map<string, Resume | undefined>();
  private isDone = false;
  /** One for `seal`. */
  private remaining = 1;

  /** @param done called once, when the answer has been written or the connection is gone */
  constructor(
    private readonly connection: Connection,
    private readonly hub: Hub,
    private readonly id: string | undefined,
    private readonly done: (syncing: Syncing) => void,
  ) {}

  /** @param resume the socket's way in this room; undefined when it is live, or not in the room */
  add(room: string, resume: Resume | undefined): void {
    this.rooms.set(room, resume);
    if (resume === undefined) return;
    this.remaining++;
    resume.tell(this);
  }

  /** All rooms have been added. */
  seal(): void {
    this.arrived();
  }

  replaced(next: Resume): void {
    this.rooms.set(next.feed.room, next);
  }

  arrived(): void {
    if (--this.remaining === 0) this.answer();
  }

  /** Time is up: says where each room stands, or, when the log could not be asked, that this is not known. */
  expire(): void {
    if ([...this.rooms.values()].some((resume) => resume?.isUncertain)) {
      this.finish();
      this.connection.fail('timeout', this.id, 500 + Math.floor(Math.random() * 1_000));
    } else {
      this.answer();
    }
  }

  private answer(): void {
    if (this.isDone) return;
    this.finish();
    const rooms: Record<string, SyncedRoom> = {};
    for (const [room, resume] of this.rooms) rooms[room] = this.standing(room, resume);
    const frame: SyncedFrame = { type: 'synced', ...(this.id !== undefined && { id: this.id }), rooms };
    this.connection.push(frame);
  }

  private finish(): void {
    this.isDone = true;
    for (const resume of this.rooms.values()) resume?.untell(this);
    this.done(this);
  }

  private standing(room: string, resume: Resume | undefined): SyncedRoom {
    const feed = this.hub.feeds.get(room);
    if (feed === undefined || !feed.has(this.connection)) return { gone: true };
    if (resume?.isReset) return { seq: resume.finishReset(), reset: true };
    const seq = feed.positionOf(this.connection);
    return resume?.wasReset ? { seq, reset: true } : { seq };
  }
}

@Injectable()
export class SyncCommand implements OnApplicationShutdown {
  private readonly open = new Set<Syncing>();
  private readonly timer = setInterval(() => this.expire(performance.now()), checkMs);

  constructor(private readonly hub: Hub) {}

  /** Opens a `hello` or `sync`; with an id it must be answered in time. */
  begin(connection: Connection, id: string | undefined): Syncing {
    if (id === undefined) return new Syncing(connection, this.hub, id, () => undefined);
    connection.inflight++;
    const syncing = new Syncing(connection, this.hub, id, (done) => {
      connection.inflight--;
      this.open.delete(done);
    });
    this.open.add(syncing);
    return syncing;
  }

  run(connection: Connection, { id, rooms }: SyncFrame): void {
    if (connection.inflight >= limits.inflight)
      return connection.fail('too_many_inflight', id, 100 + Math.floor(Math.random() * 200));
    const syncing = this.begin(connection, id);
    const begun: Resume[] = [];
    for (const [room, position] of Object.entries(rooms)) {
      const feed = this.hub.isIn(connection, room) ? this.hub.feeds.get(room) : undefined;
      const resume = feed?.resume(connection, position);
      resume?.askFirst();
      syncing.add(room, resume);
      if (resume !== undefined) begun.push(resume);
    }
    for (const resume of begun) resume.pump();
    syncing.seal();
  }

  /** Syncs that are waited for. */
  get pending(): number {
    return this.open.size;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private expire(nowMs: number): void {
    for (const syncing of this.open) {
      if (nowMs - syncing.beganAtMs < answerMs) return;
      syncing.expire();
    }
  }
}

// The room-service's heartbeat, heard by every instance: where rooms' logs end, who came and went. From it we know what we have
// not heard of; and when it falls silent, that nobody takes sends.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { LogBeat } from '@natter/contracts/rooms';
import { subjects } from '@natter/contracts/subjects';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { Hub } from './hub.js';
import { Memberships } from './memberships.js';

const silentMs = 3_000;
const checkMs = 500;
/** Heads are remembered for one to two of these: a room may be opened just after its head was told. */
const headsMs = 10_000;
const maxHeads = 200_000;

interface Replica {
  incarnation: string;
  n: number;
  heardAtMs: number;
  /** Members and deletions of the last beat: each stands in two. */
  told: ReadonlySet<string>;
}

@Injectable()
export class Beats implements OnApplicationShutdown {
  private readonly replicas = new Map<string, Replica>();
  private lastHeardMs = -Infinity;
  private recentHeads = new Map<string, number>();
  private olderHeads = new Map<string, number>();
  private readonly timers: NodeJS.Timeout[];

  constructor(
    bus: Bus,
    private readonly hub: Hub,
    private readonly memberships: Memberships,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    bus.onJson<LogBeat>(subjects.logBeat, (beat) => this.hear(beat, performance.now()));
    hub.listen({ roomChanged: (room) => this.remindOfHead(room) });
    this.timers = [
      setInterval(() => this.checkSilence(performance.now()), checkMs),
      setInterval(() => {
        this.olderHeads = this.recentHeads;
        this.recentHeads = new Map();
      }, headsMs),
    ];
  }

  /** True when some replica of the room-service was heard within 3 s. */
  get isHeard(): boolean {
    return performance.now() - this.lastHeardMs < silentMs;
  }

  hear(beat: LogBeat, nowMs: number): void {
    this.lastHeardMs = nowMs;
    const known = this.replicas.get(beat.replica);
    if (this.hasMissed(known, beat)) this.sweep('beats missed', beat.replica);
    const told = new Set<string>();
    for (const [room, seq] of beat.heads) {
      if (this.recentHeads.size < maxHeads) this.recentHeads.set(room, seq);
      this.hub.feeds.get(room)?.noteHead(seq);
    }
    for (const [user, room] of beat.members) {
      told.add(`${user} ${room}`);
      if (known?.told.has(`${user} ${room}`) !== true) this.memberships.hint(user, room);
    }
    for (const room of beat.deleted) this.hub.deleted(room);
    this.replicas.set(beat.replica, { incarnation: beat.incarnation, n: beat.n, heardAtMs: nowMs, told });
  }

  /** A replica that falls silent may have committed what it could not tell any more. */
  checkSilence(nowMs: number): void {
    for (const [name, replica] of this.replicas) {
      if (nowMs - replica.heardAtMs < silentMs) continue;
      this.replicas.delete(name);
      this.sweep('replica silent', name);
    }
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** What one beat tells stands in the next one too: one may be lost. */
  private hasMissed(known: Replica | undefined, beat: LogBeat): boolean {
    if (known === undefined) return beat.n > 2;
    return known.incarnation !== beat.incarnation || beat.n > known.n + 2;
  }

  private sweep(reason: string, replica: string): void {
    if (this.hub.users.size === 0) return;
    this.logger.info({ reason, replica }, 'reading all memberships again');
    void this.memberships.sweep();
  }

  private remindOfHead(room: string): void {
    const head = Math.max(this.recentHeads.get(room) ?? 0, this.olderHeads.get(room) ?? 0);
    this.hub.feeds.get(room)?.noteHead(head);
  }
}

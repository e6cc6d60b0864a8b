// Who of those on this instance is typing where. It holds for 6 s from the last frame that said so; others are told when it begins, when it
// ends, and every other second while it is said again, for what they know ends too if they hear no more.
import { limits } from '@natter/contracts/limits';
import type { TypingChange, TypingChanges } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus } from '@natter/service-kit/nats';
import type { Connection } from './connection.js';
import { Hub } from './hub.js';

const tickMs = 100;
const repeatMs = 2_000;
/** Beyond, whoever begins is not noticed. */
const maxTypists = 50_000;

interface Typist {
  room: string;
  /** Where it was said last: it ends with it, or when that is no longer in the room. */
  connection: Connection;
  saidAtMs: number;
  untilMs: number;
  /** When others were told last that they are typing; undefined: they know of none. */
  toldAtMs: number | undefined;
}

@Injectable()
export class Typists implements OnApplicationShutdown {
  private readonly typists = new Map<string, Typist>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly hub: Hub,
  ) {}

  /** A user types in a room, or has ceased. */
  note(connection: Connection, room: string, on: boolean, nowMs = performance.now()): void {
    const key = `${room} ${connection.user.id}`;
    const known = this.typists.get(key);
    if (!on) {
      if (known !== undefined) known.untilMs = 0;
      return;
    }
    const said = { room, connection, saidAtMs: nowMs, untilMs: nowMs + limits.typingHoldMs };
    if (known !== undefined) Object.assign(known, said);
    else if (this.typists.size < maxTypists) this.typists.set(key, { ...said, toldAtMs: undefined });
    this.timer ??= setTimeout(() => this.tick(), tickMs);
  }

  /** @returns what others are to be told now */
  changes(nowMs: number): TypingChange[] {
    const changes: TypingChange[] = [];
    for (const [key, typist] of this.typists) {
      const { room, connection, saidAtMs, untilMs, toldAtMs } = typist;
      const isOn = untilMs > nowMs && this.hub.isIn(connection, room);
      if (!isOn) {
        this.typists.delete(key);
        if (toldAtMs !== undefined) changes.push([room, connection.user.id, false]);
      } else if (toldAtMs === undefined || (saidAtMs > toldAtMs && nowMs - toldAtMs >= repeatMs)) {
        typist.toldAtMs = nowMs;
        changes.push([room, connection.user.id, true]);
      }
    }
    return changes;
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private tick(): void {
    const items = this.changes(performance.now());
    if (items.length > 0) this.bus.publishJson(subjects.typing, { items } satisfies TypingChanges);
    this.timer = this.typists.size > 0 ? setTimeout(() => this.tick(), tickMs) : undefined;
  }
}

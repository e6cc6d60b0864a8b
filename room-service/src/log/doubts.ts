// Rooms whose last commit got no answer: it may be done without anybody having been told. When the database is back, their
// heads are read and announced, so that members have those events too, even if the sender never comes back.
import { retryDelay, sleep } from '@natter/service-kit/retry';
import type { DataSource } from 'typeorm';
import type { Beat } from './beat.js';

/** Rooms kept in doubt; with more, all gateways are told to sweep once the database is back. */
const maxRooms = 20_000;
/** A statement may reach the database after we have looked: everything in doubt is looked at once more. */
const secondLookMs = 5_000;

export class Doubts {
  private rooms = new Set<string>();
  private members: [user: string, room: string][] = [];
  private overflown = false;
  private asking = false;
  private stopped = false;

  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly beat: Beat,
  ) {}

  /** @param members whom a change that may be done moves */
  add(rooms: readonly string[], members: readonly [user: string, room: string][] = []): void {
    this.look(rooms, members);
    setTimeout(() => this.look(rooms, members), secondLookMs).unref();
  }

  stop(): void {
    this.stopped = true;
  }

  private look(rooms: readonly string[], members: readonly [user: string, room: string][]): void {
    for (const room of rooms) this.rooms.add(room);
    this.members.push(...members);
    if (this.rooms.size > maxRooms) {
      this.rooms.clear();
      this.members = [];
      this.overflown = true;
    }
    if (!this.asking) void this.ask();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    for (let attempt = 0; !this.stopped && (this.rooms.size > 0 || this.overflown); attempt++) {
      const rooms = [...this.rooms];
      const members = this.members;
      const overflown = this.overflown;
      [this.rooms, this.members, this.overflown] = [new Set(), [], false];
      try {
        await this.settle(rooms, members, overflown);
        attempt = -1;
      } catch {
        for (const room of rooms) this.rooms.add(room);
        this.members.push(...members);
        this.overflown ||= overflown;
        await sleep(retryDelay(attempt, 100, 1_000));
      }
    }
    this.asking = false;
  }

  /** The lock waits for a commit that is still under way without us. */
  private async settle(rooms: string[], members: [string, string][], overflown: boolean): Promise<void> {
    const heads: { room: string; last_seq: number }[] = await this.dataSource.query(
      `SELECT room, last_seq FROM heads WHERE room = ANY ($1) ORDER BY room FOR SHARE`,
      [rooms],
    );
    const there = new Set(heads.map(({ room }) => room));
    for (const { room, last_seq } of heads) this.beat.head(room, last_seq);
    for (const room of rooms) if (!there.has(room)) this.beat.deleted(room);
    for (const [user, room] of members) this.beat.member(user, room);
    if (overflown) this.beat.overflow();
  }
}

// Once a second every gateway hears which rooms changed in this second and the one before: a lost event costs a moment,
// also when it was a room's last. Kept in memory only; whoever misses two beats in a row reads anew.
import { randomUUID } from 'node:crypto';
import type { LogBeat } from '@natter/contracts/rooms';
import { subjects } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';

/** Entries of one second; with more, and where a NATS message has no room for them, all gateways are told to sweep. */
const maxEntries = 20_000;
/** Bytes of the longest entry: two ids, quotes and commas. */
const entryBytes = 84;
/** `n` rises by this instead of 1 when entries were dropped: to a gateway it looks as if it had missed two beats. */
const skip = 3;

interface Second {
  heads: Map<string, number>;
  members: Map<string, [user: string, room: string]>;
  deleted: Set<string>;
  overflown: boolean;
}

const emptySecond = (): Second => ({ heads: new Map(), members: new Map(), deleted: new Set(), overflown: false });

export class Beat {
  private readonly incarnation = randomUUID();
  private readonly timer: NodeJS.Timeout;
  private n = 0;
  private before = emptySecond();
  private now = emptySecond();

  /** @param replica this instance's id */
  constructor(
    private readonly replica: string,
    private readonly bus: Pick<Bus, 'publishJson' | 'nc'>,
    everyMs = 1_000,
  ) {
    this.timer = setInterval(() => this.tick(), everyMs);
  }

  /** A room got events up to `seq`. */
  head(room: string, seq: number): void {
    const known = this.now.heads.get(room);
    if (known === undefined && !this.hasRoom()) return;
    if (known === undefined || known < seq) this.now.heads.set(room, seq);
  }

  /** A user came into a room, left it, or may have. */
  member(user: string, room: string): void {
    if (this.hasRoom()) this.now.members.set(user + room, [user, room]);
  }

  deleted(room: string): void {
    if (this.hasRoom()) this.now.deleted.add(room);
  }

  /** More was changed than can be listed: gateways sweep. */
  overflow(): void {
    this.now.overflown = true;
  }

  /** Ends a second: what it and the one before gathered, as it is told. Public for tests, which have no second to lose. */
  next(): LogBeat {
    const { before, now } = this;
    this.n += now.overflown ? skip : 1;
    const heads = new Map(before.heads);
    for (const [room, seq] of now.heads) heads.set(room, Math.max(seq, heads.get(room) ?? 0));
    this.before = now;
    this.now = emptySecond();
    return {
      replica: this.replica,
      incarnation: this.incarnation,
      n: this.n,
      heads: [...heads],
      members: [...new Map([...before.members, ...now.members]).values()],
      deleted: [...before.deleted, ...now.deleted],
    };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** While the bus is away beats are counted and not sent, so that gateways know that they missed some. */
  private tick(): void {
    this.bus.publishJson(subjects.logBeat, this.next());
  }

  private hasRoom(): boolean {
    const { heads, members, deleted } = this.now;
    const fits = Math.floor((this.bus.nc.info?.max_payload ?? 1_048_576) / entryBytes / 2) - 10;
    if (heads.size + members.size + deleted.size < Math.min(maxEntries, fits)) return true;
    this.now.overflown = true;
    return false;
  }
}

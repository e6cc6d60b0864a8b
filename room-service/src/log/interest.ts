// Which instances hold members of a room: a copy in memory of the session-service's KV bucket, by watching it.
// While the bus or the bucket is away the copy stands: to send to too many costs little, to send to too few costs a read.
import { Kvm } from '@nats-io/kv';
import { leaseTtlMs } from '@natter/contracts/sessions';
import { buckets, subjects } from '@natter/contracts/subjects';
import type { Logger } from '@natter/service-kit/logger';
import type { Bus } from '@natter/service-kit/nats';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import { AwayLog } from '../away-log.js';

const none: ReadonlyMap<string, number> = new Map();
/** A bucket that was made anew under the same name is noticed within this, if nobody says so before. */
const checkMs = 3_000;
/** After this long the entries of an earlier watch that the present one did not show are dropped. */
const forgetMs = leaseTtlMs;

export class Interest {
  /** room → instance → the watch that showed it last. */
  private readonly rooms = new Map<string, Map<string, number>>();
  private watchNumber = 0;
  private watching = false;
  private stopped = false;
  private stopWatch: () => void = () => undefined;
  private forgetTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  /** True while the bucket is being watched. */
  get isWatching(): boolean {
    return this.watching;
  }

  instancesOf(room: string): Iterable<string> {
    return (this.rooms.get(room) ?? none).keys();
  }

  /** Watches until `stop`; waits as long as the bucket is not there. */
  start(): void {
    const again = () => this.stopWatch();
    this.bus.onReconnect(again);
    this.bus.onJson(subjects.registryReset, again);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.forgetTimer);
    this.stopWatch();
  }

  private async run(): Promise<void> {
    const away = new AwayLog(this.logger, 'waiting for the interest table');
    for (let attempt = 0; !this.stopped; attempt++) {
      try {
        await this.watch(() => away.worked());
        attempt = -1;
      } catch (error) {
        away.failed(error);
      }
      this.watching = false;
      if (!this.stopped) await sleep(retryDelay(Math.max(attempt, 0), 50, 500));
    }
  }

  /** Returns when the watch has to be opened anew. @throws when there is no bucket, or no bus */
  private async watch(opened: () => void): Promise<void> {
    const bucket = await new Kvm(this.bus.nc).open(buckets.interest);
    const { streamInfo } = await bucket.status();
    const changes = await bucket.watch();
    let stop = () => changes.stop();
    this.stopWatch = () => stop();
    const check = setInterval(() => {
      bucket.status().then(
        (status) => status.streamInfo.created !== streamInfo.created && stop(),
        () => this.bus.isUp && stop(),
      );
    }, checkMs);
    this.watchNumber++;
    this.forgetLater(this.watchNumber);
    this.watching = true;
    opened();
    try {
      for await (const { key, operation } of changes) this.take(key, operation === 'PUT');
    } finally {
      clearInterval(check);
      stop = () => undefined;
    }
  }

  private take(key: string, there: boolean): void {
    const dot = key.indexOf('.');
    const room = key.slice(0, dot);
    const instance = key.slice(dot + 1);
    const instances = this.rooms.get(room);
    if (there) {
      if (instances === undefined) this.rooms.set(room, new Map([[instance, this.watchNumber]]));
      else instances.set(instance, this.watchNumber);
      return;
    }
    instances?.delete(instance);
    if (instances?.size === 0) this.rooms.delete(room);
  }

  private forgetLater(watchNumber: number): void {
    clearTimeout(this.forgetTimer);
    this.forgetTimer = setTimeout(() => {
      for (const [room, instances] of this.rooms) {
        for (const [instance, shown] of instances) if (shown < watchNumber) instances.delete(instance);
        if (instances.size === 0) this.rooms.delete(room);
      }
    }, forgetMs);
  }
}

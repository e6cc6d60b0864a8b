// The hot path's way in: raw NATS, no envelope. A request that cannot be read is dropped: only our own gateways speak here.
import type { AppendRequest, PageRequest } from '@natter/contracts/messages';
import { queues, subjects } from '@natter/contracts/subjects';
import type { Logger } from '@natter/service-kit/logger';
import type { Bus } from '@natter/service-kit/nats';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { AwayLog } from '../away-log.js';
import type { Appender } from './append.js';
import type { Pages } from './pages.js';

export class LogHandlers {
  private subscriptions: Subscription[] = [];
  private readonly away: AwayLog;

  constructor(
    private readonly bus: Bus,
    private readonly appender: Pick<Appender, 'push'>,
    private readonly pages: Pages,
    private readonly logger: Logger,
  ) {
    this.away = new AwayLog(logger, 'pages cannot be read');
  }

  start(): void {
    this.listen(subjects.append, (message) => this.append(message));
    this.listen(subjects.page, (message) => void this.page(message));
  }

  /** Hears no new requests; those already here are still handled. */
  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.drain().catch(() => undefined)));
    this.subscriptions = [];
  }

  private listen(subject: string, handle: (message: Msg) => void): void {
    const callback = (error: Error | null, message: Msg) => {
      if (error !== null) return;
      try {
        handle(message);
      } catch (err) {
        this.logger.error({ err, subject }, 'request not read');
      }
    };
    this.subscriptions.push(this.bus.nc.subscribe(subject, { queue: queues.rooms, callback }));
  }

  private append(message: Msg): void {
    const { instance, items } = message.json<AppendRequest>();
    subjects.instanceDeliver(instance); // refuses what is no instance
    this.appender.push(instance, items);
  }

  /** While the database is away there is no answer: the gateway asks again. */
  private async page(message: Msg): Promise<void> {
    try {
      message.respond(await this.pages.read(message.json<PageRequest>()));
      this.away.worked();
    } catch (error) {
      this.away.failed(error);
    }
  }
}

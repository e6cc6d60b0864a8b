// Pushes to the devices of a user, and what their answers mean for the devices.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PushPayload, PushTrace } from '@natter/contracts/push';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Counter, Registry } from '@natter/service-kit/metrics';
import webPush from 'web-push';
import type { Config } from '../config.js';
import { backOff, failuresMax } from './push-rules.js';
import { type Device, PushRepository } from './push.repository.js';
import { type PushResult, PushSender, type VapidKey } from './push-sender.js';
import { PushTargets } from './push-target.js';

@Injectable()
export class PushDelivery implements OnApplicationShutdown {
  private readonly sender: PushSender;
  private readonly pushes: Counter<'outcome'>;
  private known: VapidKey | undefined;

  constructor(
    private readonly repository: PushRepository,
    private readonly targets: PushTargets,
    @Inject(CONFIG) config: Config,
    registry: Registry,
  ) {
    this.sender = new PushSender(targets, config.NATTER_PUSH_CONTACT);
    this.pushes = new Counter({
      name: 'natter_pushes_total',
      help: 'pushes to devices, by outcome: taken, gone, refused, later',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  onApplicationShutdown(): void {
    this.sender.close();
  }

  /** The server's keys; made by whoever asks first. */
  async key(): Promise<VapidKey> {
    this.known ??= await this.repository.readOrMakeKey(() => webPush.generateVAPIDKeys());
    return this.known;
  }

  /** @throws NatterError `invalid` where pushes may not go */
  check(endpoint: string): void {
    this.targets.check(endpoint);
  }

  /**
   * One push to all devices of a user that do not wait. Devices that are no more are forgotten.
   * @returns false when none took it and some may later: then they have to be told again
   */
  async toAll(devices: readonly Device[], payload: PushPayload): Promise<boolean> {
    const ready = devices.filter(({ waits }) => !waits);
    const results = await Promise.all(ready.map((device) => this.toOne(device, payload)));
    return results.some(({ outcome }) => outcome === 'taken') || results.every(({ outcome }) => outcome !== 'later');
  }

  /** One push to one device, with each step it took. */
  async trace(device: Device, payload: PushPayload): Promise<PushTrace> {
    const { hops } = await this.toOne(device, payload);
    return { endpoint: device.endpoint, hops };
  }

  private async toOne(device: Device, payload: PushPayload): Promise<PushResult> {
    const result = await this.sender.send(device, payload, await this.key());
    this.pushes.inc({ outcome: result.outcome });
    const { endpoint, usr, failures } = device;
    if (result.outcome === 'taken') await this.repository.noteTaken(endpoint);
    else if (result.outcome === 'gone' || failures >= failuresMax) await this.repository.removeDevice(usr, endpoint);
    else await this.repository.noteFailed(endpoint, backOff(failures, result.retryAfterMs));
    return result;
  }
}

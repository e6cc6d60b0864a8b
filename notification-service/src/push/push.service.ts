// Devices that want to be told, and the test that shows where a push ends.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import type { addPushSubscription, removePushSubscription, testPush } from '@natter/contracts/push';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { PushDelivery } from './push-delivery.js';
import { PushRepository } from './push.repository.js';

/** One test a user in this time: a button is not a way to flood a push service. */
const testEveryMs = 3_000;
/** Users whose last test is remembered. */
const testersMax = 10_000;

@Injectable()
export class PushService {
  private readonly testedAtMs = new Map<string, number>();

  constructor(
    private readonly repository: PushRepository,
    private readonly delivery: PushDelivery,
  ) {}

  async key(): Promise<{ key: string }> {
    return { key: (await this.delivery.key()).publicKey };
  }

  /** Again: no change. @throws NatterError `invalid` where pushes may not go */
  async subscribe({ actor, session, endpoint, keys }: RequestOf<typeof addPushSubscription>): Promise<void> {
    this.delivery.check(endpoint);
    await this.repository.addDevice(actor, session, { endpoint, ...keys });
  }

  async unsubscribe({ actor, endpoint }: RequestOf<typeof removePushSubscription>): Promise<void> {
    await this.repository.removeDevice(actor, endpoint);
  }

  /**
   * A push to one device of the caller, or to all, whatever they missed.
   * @throws NatterError `not_found` when there is no such device, `rate_limited` within 3 s of the last test
   */
  async test({ actor, endpoint }: RequestOf<typeof testPush>): Promise<ReplyOf<typeof testPush>> {
    const nowMs = performance.now();
    const waitMs = (this.testedAtMs.get(actor) ?? -Infinity) + testEveryMs - nowMs;
    if (waitMs > 0) throw new NatterError('rate_limited', { retryAfterMs: Math.ceil(waitMs) });
    this.remember(actor, nowMs);
    const devices = (await this.repository.devicesOf(actor)).filter(
      (device) => endpoint === undefined || device.endpoint === endpoint,
    );
    if (devices.length === 0)
      throw new NatterError('not_found', {
        detail: 'no device of yours is subscribed here; switch notifications on first',
        fields: [{ field: 'endpoint', code: 'not_found' }],
      });
    const payload = { id: `test.${randomUUID()}`, kind: 'test' as const, ts: new Date().toISOString() };
    return { id: payload.id, items: await Promise.all(devices.map((device) => this.delivery.trace(device, payload))) };
  }

  private remember(user: string, atMs: number): void {
    this.testedAtMs.delete(user);
    this.testedAtMs.set(user, atMs);
    const [oldest] = this.testedAtMs.keys();
    if (this.testedAtMs.size > testersMax && oldest !== undefined) this.testedAtMs.delete(oldest);
  }
}

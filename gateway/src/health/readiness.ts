// Whether the whole of Natter is there: each part is asked something small that touches its store. Not the gateway's own
// readiness (its internal port tells that): a gateway is of use while a part is away.
import { Injectable } from '@nestjs/common';
import { getOwnUsers } from '@natter/contracts/auth';
import { listNotifications } from '@natter/contracts/notifications';
import { listMemberships } from '@natter/contracts/rooms';
import { listInstances } from '@natter/contracts/sessions';
import { Health } from '@natter/service-kit/health';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';

interface Report {
  ready: boolean;
  checks: Record<string, string>;
}

const nobody = '00000000-0000-0000-0000-000000000000';
const askMs = 1_500;
/** However often we are asked, the parts are asked no more often. */
const freshMs = 500;

@Injectable()
export class Readiness {
  private readonly parts = new Health();
  private last: { atMs: number; report: Promise<Report> } | undefined;

  constructor(bus: Bus, rpc: RpcClient) {
    const options = { timeoutMs: askMs };
    const part = (name: string, ask: () => Promise<string>) => this.parts.add(name, () => ask().catch(() => 'away'));
    const users = [nobody];
    this.parts.add('nats', () => (bus.isUp ? 'ok' : 'away'));
    part('auth', () => rpc.call(getOwnUsers, { users }, options).then(() => 'ok'));
    part('rooms', () => rpc.call(listMemberships, { users }, options).then(() => 'ok'));
    part('sessions', () => rpc.call(listInstances, {}, options).then(() => 'ok'));
    part('notifications', () => rpc.call(listNotifications, { actor: nobody, limit: 1 }, options).then(() => 'ok'));
    part('ws-gateways', () =>
      rpc.call(listInstances, {}, options).then(({ items }) => (items.length > 0 ? 'ok' : 'none')),
    );
  }

  /** Every part and `ok`, or what is wrong with it; within 2 s. */
  report(): Promise<Report> {
    const nowMs = performance.now();
    if (this.last === undefined || nowMs - this.last.atMs > freshMs)
      this.last = { atMs: nowMs, report: this.parts.report() };
    return this.last.report;
  }
}

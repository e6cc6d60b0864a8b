// Whether this device is told of what was not delivered while nobody looked: the browser's side of Web Push.
import type { Rest } from '@natter/client/rest';
import type { PushHop } from '@natter/contracts/push';
import { Store } from './store.js';

export type PushState =
  | 'unknown'
  /** This browser cannot, or only over https. */
  | 'unsupported'
  /** The person said no to the browser, which will not ask again. */
  | 'denied'
  | 'off'
  | 'on';

/** What a test showed: the server's steps, and last whether the push arrived here. */
export interface PushTest {
  hops: { name: string; ok: boolean; detail: string }[];
}

/** A push that takes longer has got lost, or the device sleeps. */
const arrivalMs = 15_000;

const names: Record<PushHop['hop'], string> = {
  address: 'Address of the push service',
  encryption: 'Encryption for this device',
  connection: 'Connection to the push service',
  push_service: 'Answer of the push service',
};

export class PushDevice extends Store<{ push: PushState }> {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    super({ push: 'unknown' });
    this.#rest = rest;
  }

  /** How things stand. A device that is on is named to the server again, for it forgets devices with their sessions. */
  async look(): Promise<void> {
    if (!('serviceWorker' in navigator) || !('PushManager' in globalThis) || !('Notification' in globalThis))
      return this.set({ push: 'unsupported' });
    const subscription = await this.#subscription();
    if (Notification.permission === 'denied') return this.set({ push: 'denied' });
    this.set({ push: subscription ? 'on' : 'off' });
    if (subscription) await this.#name(subscription);
  }

  /** Asks the person, then the browser, then tells the server. @throws Error in words, or NatterError */
  async switchOn(): Promise<void> {
    const permission = await Notification.requestPermission();
    if (permission === 'denied') this.set({ push: 'denied' });
    if (permission !== 'granted') return;
    const key = await this.#rest.pushKey();
    const { pushManager } = await navigator.serviceWorker.ready;
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await this.#name(subscription);
    this.set({ push: 'on' });
  }

  /** Here at once, whether or not the server hears of it: its next push finds nobody, and it forgets the device. */
  async switchOff(): Promise<void> {
    const endpoint = await this.leave();
    if (endpoint !== undefined) await this.#rest.unsubscribePush(endpoint).catch(() => undefined);
  }

  /** Whoever signed out is not told any more, and whoever signs in next was not asked. @returns what the device was called */
  async leave(): Promise<string | undefined> {
    const subscription = await this.#subscription();
    this.set({ push: 'off' });
    await subscription?.unsubscribe();
    return subscription?.endpoint;
  }

  /** Sends a push on its whole way, and waits for it. */
  async test(): Promise<PushTest> {
    const subscription = await this.#subscription();
    const arrivals = new Set<string>();
    let wake = (): void => undefined;
    const hear = ({ data }: MessageEvent<{ type?: string; id?: string } | null>): void => {
      if (data?.type !== 'push' || data.id === undefined) return;
      arrivals.add(data.id);
      wake();
    };
    navigator.serviceWorker.addEventListener('message', hear);
    try {
      const { id, items } = await this.#rest.testPush(subscription?.endpoint);
      const hops = (items[0]?.hops ?? []).map(({ hop, ok, ms, detail }) => {
        return { name: names[hop], ok, detail: `${detail} (${ms} ms)` };
      });
      if (hops.some(({ ok }) => !ok)) return { hops };
      const deadline = Date.now() + arrivalMs;
      while (!arrivals.has(id) && Date.now() < deadline)
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, deadline - Date.now());
        });
      const ok = arrivals.has(id);
      const detail = ok
        ? 'arrived'
        : `nothing within ${arrivalMs / 1_000} s; it may still come when the network is better`;
      return { hops: [...hops, { name: 'This device', ok, detail }] };
    } finally {
      navigator.serviceWorker.removeEventListener('message', hear);
    }
  }

  async #subscription(): Promise<PushSubscription | null> {
    const registration = await navigator.serviceWorker?.getRegistration();
    return (await registration?.pushManager.getSubscription()) ?? null;
  }

  async #name(subscription: PushSubscription): Promise<void> {
    const { endpoint = '', expirationTime, keys } = subscription.toJSON();
    const { p256dh = '', auth = '' } = keys ?? {};
    await this.#rest.subscribePush({ endpoint, expirationTime: expirationTime ?? null, keys: { p256dh, auth } });
  }
}

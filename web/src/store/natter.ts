// The whole application without its pages: who is signed in, and while somebody is, their rooms.
import { ChatClient } from '@natter/client/chat-client';
import { systemClock } from '@natter/client/clock';
import { Rest } from '@natter/client/rest';
import { cookieSocket, socketUrl } from '@natter/client/socket';
import { Attention } from './attention.js';
import { Cache, type CachedLog } from './cache.js';
import { ChatStore } from './chat-store.js';
import { type Database, deleteDatabase, openDatabase, outboxIn } from './database.js';
import { PushDevice } from './push-device.js';
import { accountKey, Session } from './session.js';
import { Store } from './store.js';

/** One tab at a time. Where a browser has no locks, the server's grace for two tabs that race has to do. */
const exclusively = <T>(name: string, run: () => Promise<T>): Promise<T> =>
  navigator.locks ? navigator.locks.request(name, run) : run();

interface Running {
  user: string;
  client: ChatClient;
  database: Database | undefined;
  cache: Cache | undefined;
  attention: Attention;
  release: () => void;
}

/** What somebody does who sits before the page. */
const touches = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove'] as const;

export class Natter extends Store<{ chat: ChatStore | undefined }> {
  readonly rest: Rest;
  readonly session: Session;
  readonly push: PushDevice;
  #running: Running | undefined;
  #starting: string | undefined;

  constructor() {
    super({ chat: undefined });
    this.rest = new Rest({
      baseUrl: '',
      auth: 'cookie',
      exclusively: (run) => exclusively('natter.refresh', run),
      onSignedOut: () => this.session.expired(),
    });
    this.session = new Session(this.rest, localStorage);
    this.push = new PushDevice(this.rest);
    this.session.subscribe(() => void this.#follow());
    addEventListener('storage', ({ key }) => key === accountKey && this.session.changedElsewhere());
    addEventListener('online', () => this.#running?.client.nudge());
    addEventListener('pagehide', () => void this.#running?.cache?.flush());
    for (const touch of touches) addEventListener(touch, () => this.#running?.attention.touched(), { passive: true });
    document.addEventListener('visibilitychange', () => {
      this.#running?.attention.seen(document.visibilityState === 'visible');
      if (document.visibilityState === 'visible') this.#running?.client.nudge();
      else void this.#running?.cache?.flush();
    });
  }

  /** Starts what is known, and asks the server whether it still holds. */
  start(): void {
    void this.#follow();
    if (this.session.account) void this.session.verify();
  }

  /** Follows the session: rooms run while somebody is signed in. */
  async #follow(): Promise<void> {
    const { session } = this.session.state;
    const user = this.session.account?.id;
    if (user !== this.#running?.user) await this.#stop(session.status === 'signed_out' && session.why === 'left');
    if (user === undefined || user === this.#running?.user || user === this.#starting) return;
    this.#starting = user;
    const database = await openDatabase(user);
    const cache = database && new Cache(database, systemClock);
    const cached = (await cache?.load()) ?? [];
    this.#starting = undefined;
    if (this.session.account?.id === user) this.#run(user, database, cache, cached);
    else database?.close();
  }

  #run(user: string, database: Database | undefined, cache: Cache | undefined, cached: CachedLog[]): void {
    const held = cached.filter(({ room }) => room.position !== undefined);
    const client = new ChatClient({
      client: 'web/0.1',
      connect: cookieSocket(socketUrl(location.origin)),
      positions: Object.fromEntries(held.map(({ room }) => [room.id, room.position ?? 0])),
      ...(database && { outboxStore: outboxIn(database) }),
      checkAccess: () => this.rest.account.checkAccess(),
    });
    const isSeen = () => document.visibilityState === 'visible' && document.hasFocus();
    const chat = new ChatStore({ me: user, client, rest: this.rest, cached, isSeen });
    const release = cache ? keepInOneTab(user, cache) : () => {};
    cache?.keep(chat, (room) => client.position(room));
    client.on('state', (state) => {
      if (state.phase === 'stopped' && state.why === 'sign_in') void this.#signInAgain(client);
    });
    client.on('user', (own) => {
      if (this.session.account) this.session.changed({ ...this.session.account, ...own });
    });
    const attention = new Attention(systemClock, (status) => client.setStatus(status));
    attention.seen(document.visibilityState === 'visible');
    this.#running = { user, client, database, cache, attention, release };
    this.set({ chat });
    client.connect();
    // A device that was on belonged to an earlier session, which may have ended since.
    void this.push.look().catch(() => {});
  }

  /** The server ended the connection for the sign-in's sake: either it is over, or it was another session's. */
  async #signInAgain(client: ChatClient): Promise<void> {
    await this.session.verify();
    if (!this.session.account) return;
    setTimeout(() => this.#running?.client === client && client.connect(), 2_000);
  }

  async #stop(forget: boolean): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.set({ chat: undefined });
    running.attention.stop();
    running.client.close();
    if (!forget) await running.cache?.flush();
    running.release();
    running.database?.close();
    if (!forget) return;
    await this.push.leave().catch(() => {}); // the server forgets the device with its session
    await deleteDatabase(running.user);
  }
}

/** Holds the pen while this tab lives; others only read, and take it up after. */
function keepInOneTab(user: string, cache: Cache): () => void {
  if (!navigator.locks) return () => {};
  cache.isWriter = false;
  const abort = new AbortController();
  let release = () => abort.abort();
  const held = navigator.locks.request(`natter.cache.${user}`, { signal: abort.signal }, () => {
    cache.isWriter = true;
    return new Promise<void>((resolve) => (release = resolve));
  });
  held.catch(() => {}); // given up before its turn came
  return () => release();
}

// Who is signed in here. The tokens are in cookies no script can see, so the server is asked; the last answer is kept, so that
// the page can start without it.
import type { Rest } from '@natter/client/rest';
import type { Account, RegisterBody } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { Store } from './store.js';

export type SessionState =
  /** Not asked yet. */
  | { status: 'unknown' }
  /** `isVerified`: the server said so; else it is what was known last. */
  | { status: 'signed_in'; account: Account; isVerified: boolean }
  /** `left`: signed out in this tab; `expired`: it was not the person's wish; `elsewhere`: another tab knows why. */
  | { status: 'signed_out'; why: 'never' | 'left' | 'expired' | 'elsewhere' }
  /** Nobody known, and the server does not answer. */
  | { status: 'unreachable' };

/** The part of `localStorage` in use. */
export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Set while somebody is signed in; other tabs watch it. */
export const accountKey = 'natter.account';

export class Session extends Store<{ session: SessionState }> {
  readonly #rest: Rest;
  readonly #keys: KeyStore;
  #verifying: Promise<void> | undefined;

  constructor(rest: Rest, keys: KeyStore) {
    super({ session: { status: 'unknown' } });
    this.#rest = rest;
    this.#keys = keys;
    const account = this.#remembered();
    if (account) this.set({ session: { status: 'signed_in', account, isVerified: false } });
  }

  get account(): Account | undefined {
    const { session } = this.state;
    return session.status === 'signed_in' ? session.account : undefined;
  }

  /** Asks the server who this is, once however many ask at a time. */
  verify(): Promise<void> {
    this.#verifying ??= this.#verify().finally(() => (this.#verifying = undefined));
    return this.#verifying;
  }

  async login(login: string, password: string): Promise<void> {
    this.#signedIn(await this.#rest.account.login(login, password));
  }

  /** Makes an account and signs in. False: a link was sent by mail, which has to be followed first. */
  async register(body: RegisterBody): Promise<boolean> {
    if (!(await this.#rest.account.register(body))) return false;
    await this.login(body.username, body.password);
    return true;
  }

  /** Ends the session on the server; here too if that does not answer. */
  async signOut(): Promise<void> {
    try {
      await this.#rest.account.logout();
    } finally {
      this.#signedOut('left');
    }
  }

  /** The session was ended elsewhere. */
  expired(): void {
    if (this.account) this.#signedOut('expired');
  }

  /** Another tab signed in or out. */
  changedElsewhere(): void {
    const account = this.#remembered();
    if (!account && this.account) this.set({ session: { status: 'signed_out', why: 'elsewhere' } });
    if (account && account.id !== this.account?.id) {
      this.set({ session: { status: 'signed_in', account, isVerified: false } });
    }
  }

  changed(account: Account): void {
    this.#signedIn(account);
  }

  async #verify(): Promise<void> {
    try {
      this.#signedIn(await this.#rest.account.me());
    } catch (error) {
      const isRefused = error instanceof NatterError && (error.httpStatus === 401 || error.httpStatus === 403);
      // Told already by the attempt to renew: `expired` stands.
      if (isRefused && this.state.session.status !== 'signed_out') this.#signedOut(this.account ? 'expired' : 'never');
      else if (!this.account) this.set({ session: { status: 'unreachable' } });
    }
  }

  #signedIn(account: Account): void {
    this.#keep(account);
    this.set({ session: { status: 'signed_in', account, isVerified: true } });
  }

  #signedOut(why: 'never' | 'left' | 'expired'): void {
    this.#keep(undefined);
    this.set({ session: { status: 'signed_out', why } });
  }

  #remembered(): Account | undefined {
    try {
      const account: unknown = JSON.parse(this.#keys.getItem(accountKey) ?? 'null');
      return typeof account === 'object' && account !== null && 'id' in account ? (account as Account) : undefined;
    } catch {
      return undefined;
    }
  }

  #keep(account: Account | undefined): void {
    try {
      if (account) this.#keys.setItem(accountKey, JSON.stringify(account));
      else this.#keys.removeItem(accountKey);
    } catch {
      // a browser that keeps nothing: it is asked again at the next start
    }
  }
}

// One's own account by REST: registering, signing in and out, what one is called, where one is signed in.
import type { Account, RegisterBody, SignInSession } from '@natter/contracts/auth';
import type { User } from '@natter/contracts/events';
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { Access } from './connection.js';
import type { Http } from './http.js';

export interface SignedIn {
  user: Account;
  expires_in: number;
  access_token?: string;
  refresh_token?: string;
}

export interface SessionView extends SignInSession {
  current: boolean;
  connections: { id: string; gateway: string; room?: string; since: string }[];
}

/** Every call rejects with `NatterError`. */
export class OwnAccount {
  readonly #http: Http;
  readonly #isBearer: boolean;

  constructor(http: Http, isBearer: boolean) {
    this.#http = http;
    this.#isBearer = isBearer;
  }

  /** The new account; undefined when a link was sent by mail first. Does not sign in. */
  async register(body: RegisterBody): Promise<Account | undefined> {
    const answer = await this.#post<{ user: Account } | undefined>('register', body, true);
    return answer?.user;
  }

  /** Confirms an address by the token of the link in a mail; the same token again does no harm. Does not sign in. */
  async verify(token: string): Promise<User> {
    return (await this.#post<{ user: User }>('verify', { token }, true)).user;
  }

  async login(login: string, password: string): Promise<Account> {
    const body = { login, password, ...(this.#isBearer && { token: true }) };
    const signedIn = await this.#post<SignedIn>('login', body, true);
    if (this.#isBearer) this.#http.setTokens(signedIn);
    return signedIn.user;
  }

  /** Ends the session. One that has ended already is no error. */
  async logout(): Promise<void> {
    try {
      await this.#post('logout');
    } catch (error) {
      if (!(error instanceof NatterError) || error.httpStatus !== 401) throw error;
    } finally {
      this.#http.setTokens(undefined);
    }
  }

  async me(): Promise<Account> {
    return (await this.#http.request<{ user: Account }>('GET', '/api/auth/me')).user;
  }

  /**
   * A new `email` needs the `password`; where addresses are verified, the old one stands until the link in a mail is followed. `avatar: null` takes the picture away.
   */
  async patchMe(patch: {
    display_name?: string;
    avatar?: string | null;
    email?: string;
    password?: string;
  }): Promise<Account> {
    return (await this.#http.request<{ user: Account }>('PATCH', '/api/auth/me', { body: patch })).user;
  }

  /** Gives oneself a picture: PNG, JPEG, GIF, WebP or AVIF of up to 10 MiB, of which the server makes a small square. */
  async setAvatar(picture: Blob): Promise<Account> {
    const form = new FormData();
    form.append('file', picture, 'avatar');
    const request = { form, isRepeatable: true };
    return (await this.#http.request<{ user: Account }>('PUT', '/api/auth/me/avatar', request)).user;
  }

  /** Sets a new password by a token that an administrator has handed over, or that came by mail. Ends all sessions, and does not sign in. */
  resetPassword(token: string, next: string): Promise<void> {
    return this.#post('reset', { token, new: next }, true);
  }

  /** Has a link for a new password sent to an address, if an account has it. Rejects with `forbidden` where no mails are sent. */
  async forgotPassword(email: string): Promise<void> {
    await this.#post('forgotten', { email }, true);
  }

  changePassword(old: string, next: string): Promise<void> {
    return this.#post('password', { old, new: next });
  }

  /** Where one is signed in, the newest first, at most 1,000. */
  async sessions(): Promise<SessionView[]> {
    const sessions: SessionView[] = [];
    let cursor: string | null | undefined;
    for (let pages = 0; pages < 10 && cursor !== null; pages++) {
      const query = { limit: 100, ...(cursor && { cursor }) };
      const page = await this.#http.request<Page<SessionView>>('GET', '/api/auth/sessions', { query });
      sessions.push(...page.items);
      cursor = page.next;
    }
    return sessions;
  }

  endSession(id: string): Promise<void> {
    return this.#http.request('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`);
  }

  endOtherSessions(): Promise<void> {
    return this.#http.request('DELETE', '/api/auth/sessions');
  }

  /** Opens one socket, once, within 30 s. */
  wsTicket(): Promise<{ ticket: string; expires_in: number }> {
    return this.#post('ws-ticket');
  }

  /** For `ChatClientOptions.checkAccess`: why was the socket refused? */
  async checkAccess(): Promise<Access> {
    let wasRenewed = false;
    try {
      await this.#http.request('GET', '/api/auth/me', { isPublic: !this.#isBearer });
    } catch (error) {
      if (!(error instanceof NatterError) || error.httpStatus !== 401) throw error;
      wasRenewed = await this.#http.renew();
      if (!wasRenewed) return 'sign_in';
    }
    return wasRenewed ? 'renewed' : 'granted';
  }

  #post<T>(path: string, body: object = {}, isPublic = false): Promise<T> {
    return this.#http.request('POST', `/api/auth/${path}`, { body, isPublic });
  }
}

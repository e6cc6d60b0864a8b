// HTTP as the SDK speaks it: JSON in and out, problems as NatterError, a timeout on everything, and tokens kept fresh.
import { type ErrorCode, type ErrorDetails, type FieldError, isErrorCode, NatterError } from '@natter/contracts/errors';
import { Backoff } from './backoff.js';
import { type Clock, type Random, systemClock } from './clock.js';
import { limits } from '@natter/contracts/limits';
import { newId } from './new-id.js';
import { canTellProgress, xhrFetch } from './xhr-fetch.js';

export interface Tokens {
  access_token: string;
  refresh_token: string;
  /** On the clock passed in. */
  expiresAtMs: number;
}

export interface HttpOptions {
  /** `https://chat.example.org`; '' in a browser on the same origin. */
  baseUrl: string;
  /** `cookie`: a browser, whose tokens no script can see. `bearer`: tokens held here. */
  auth: 'cookie' | 'bearer';
  fetch?: typeof fetch;
  clock?: Clock;
  random?: Random;
  timeoutMs?: number;
  /** Lets one tab at a time renew tokens; a browser passes `navigator.locks`. */
  exclusively?: (run: () => Promise<boolean>) => Promise<boolean>;
  /** The session has ended and could not be renewed. */
  onSignedOut?: () => void;
}

export interface HttpRequest {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Sent instead of `body`; it may take as long as an upload may. */
  form?: FormData;
  /** Bytes of the form that have left; told in browsers only. */
  onProgress?: ((sent: number, all: number) => void) | undefined;
  /** Gives it up; then the request rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** POST that creates something: makes repeating it harmless, so that it may be repeated here. */
  isRepeatable?: boolean;
  /** Signing in and the like: a 401 is the answer, not a reason to renew. */
  isPublic?: boolean;
}

interface Answer {
  status: number;
  body: unknown;
}

/** Tries of a request that may be repeated. */
const maxTries = 4;
/** A `Retry-After` beyond this is for the caller to wait for. */
const longestWaitMs = 10_000;
/** Tokens this close to their end are renewed before use. */
const renewBeforeMs = 30_000;

/** Requests with a timeout each; at most four tries of what may be repeated. */
export class Http {
  readonly #options: HttpOptions;
  readonly #clock: Clock;
  #tokens: Tokens | undefined;
  #renewing: Promise<boolean> | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get tokens(): Tokens | undefined {
    return this.#tokens;
  }

  /** Takes the tokens of a login or refresh; undefined forgets them. */
  setTokens(issued: { access_token?: string; refresh_token?: string; expires_in: number } | undefined): void {
    this.#tokens =
      issued?.access_token && issued.refresh_token
        ? {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token,
            expiresAtMs: this.#clock.nowMs() + issued.expires_in * 1_000,
          }
        : undefined;
  }

  /** An access token that is good for a while. */
  async accessToken(): Promise<string> {
    if (this.#tokens && this.#tokens.expiresAtMs - this.#clock.nowMs() < renewBeforeMs) await this.renew();
    if (!this.#tokens) throw new NatterError('unauthenticated');
    return this.#tokens.access_token;
  }

  /**
   * One request: renewed tokens and one more try on 401; up to three more tries on 429 and 503 if it may be repeated.
   *
   * @returns the parsed body, undefined for an empty one
   * @throws NatterError with the code of the problem; `unavailable` when the server was not reached, `timeout` when it was silent
   */
  async request<T>(method: string, path: string, request: HttpRequest = {}): Promise<T> {
    const { random } = this.#options;
    const backoff = new Backoff({ clock: this.#clock, ...(random && { random }) });
    const key = request.isRepeatable ? newId() : undefined;
    const mayRepeat = method === 'GET' || key !== undefined;
    let mayRenew = !request.isPublic;
    for (let tries = 1; ; tries++) {
      const { status, body } = await this.#fetch(method, path, request, key);
      if (status < 400) return body as T;
      const problem = toError(status, body);
      if (status === 401 && mayRenew && problem.code !== 'invalid_credentials') {
        mayRenew = false;
        if (await this.renew()) continue;
        throw problem;
      }
      const waitMs = (problem.details.retryAfterMs ?? 0) + backoff.nextMs();
      if (!mayRepeat || (status !== 429 && status !== 503) || tries >= maxTries || waitMs > longestWaitMs)
        throw problem;
      await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
    }
  }

  /**
   * Renews the tokens, once however many ask at a time. False when the session has ended; throws when it is not known.
   */
  renew(): Promise<boolean> {
    const exclusively = this.#options.exclusively ?? ((run: () => Promise<boolean>) => run());
    this.#renewing ??= exclusively(() => this.#renew()).finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #renew(): Promise<boolean> {
    const isBearer = this.#options.auth === 'bearer';
    // Another tab may have done it while this one waited for its turn.
    if (!isBearer && this.#options.exclusively && (await this.#fetch('GET', '/api/auth/me', {})).status === 200)
      return true;
    if (isBearer && !this.#tokens) return false;
    const { status, body } = await this.#fetch('POST', '/api/auth/refresh', {
      body: isBearer ? { refresh_token: this.#tokens?.refresh_token } : {},
      isPublic: true,
    });
    if (status === 401) {
      this.#tokens = undefined;
      this.#options.onSignedOut?.();
      return false;
    }
    if (status >= 400) throw toError(status, body);
    if (isBearer) this.setTokens(body as Parameters<Http['setTokens']>[0]);
    return true;
  }

  async #fetch(method: string, path: string, request: HttpRequest, key?: string): Promise<Answer> {
    const { query, body, form, onProgress, signal, isPublic } = request;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (method !== 'GET') headers['x-natter'] = '1';
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key) headers['idempotency-key'] = key;
    if (this.#tokens && !isPublic) headers['authorization'] = `Bearer ${this.#tokens.access_token}`;

    const abort = new AbortController();
    const timeoutMs = form === undefined ? (this.#options.timeoutMs ?? 10_000) : limits.uploadMs;
    const cancel = this.#clock.after(timeoutMs, () => abort.abort());
    const giveUp = (): void => abort.abort();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', giveUp);
    const tells = onProgress !== undefined && canTellProgress();
    const send = tells ? xhrFetch(onProgress) : (this.#options.fetch ?? fetch);
    try {
      const response = await send(this.#options.baseUrl + path + toQuery(query), {
        method,
        headers,
        credentials: this.#options.auth === 'cookie' ? 'same-origin' : 'omit',
        signal: abort.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(form !== undefined && { body: form }),
      });
      const text = await response.text();
      const parsed = parse(text);
      const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
      const isRetry = response.status >= 400 && Number.isFinite(retryAfterS);
      return {
        status: response.status,
        body: isRetry ? { ...(parsed as object), retry_after_ms: retryAfterS * 1_000 } : parsed,
      };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NatterError(abort.signal.aborted ? 'timeout' : 'unavailable', {}, { cause });
    } finally {
      signal?.removeEventListener('abort', giveUp);
      cancel();
    }
  }
}

function toQuery(query: HttpRequest['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `?${search}` : '';
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeByStatus: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
};

/** A problem of the server's, or of a proxy before it that does not speak our words. */
function toError(status: number, body: unknown): NatterError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = isErrorCode(problem['code'])
    ? problem['code']
    : (codeByStatus[status] ?? (status < 500 ? 'bad_request' : 'internal'));
  const details: ErrorDetails = {};
  if (typeof problem['detail'] === 'string') details.detail = problem['detail'];
  if (typeof problem['retry_after_ms'] === 'number') details.retryAfterMs = problem['retry_after_ms'];
  if (Array.isArray(problem['errors'])) details.fields = problem['errors'] as FieldError[];
  return new NatterError(code, details);
}

// HTTP as a bot or a browser speaks it: one call, its whole answer, no opinion about the status.
import type { ErrorCode, FieldError } from '@natter/contracts/errors';

/** RFC 9457, as PROTOCOL.md fills it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  request_id: string;
  errors?: FieldError[];
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  /** The body byte for byte. */
  text: string;
  /** The body as JSON; null when there is none or it is something else. */
  body: Body;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent as it is instead of `body`. */
  rawBody?: string;
  /** Sent as `multipart/form-data` instead of either. */
  form?: FormData;
}

/** Calls with what a caller always sends along: a token, or nothing. */
export class Api {
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  as(token: string): Api {
    return this.with({ authorization: `Bearer ${token}` });
  }

  with(headers: Readonly<Record<string, string>>): Api {
    return new Api(this.url, { ...this.headers, ...headers });
  }

  get = <Body>(path: string): Promise<Answer<Body>> => this.call('GET', path);
  post = <Body>(path: string, body?: unknown): Promise<Answer<Body>> => this.call('POST', path, { body });
  patch = <Body>(path: string, body: unknown): Promise<Answer<Body>> => this.call('PATCH', path, { body });
  delete = <Body>(path: string): Promise<Answer<Body>> => this.call('DELETE', path);

  /** @param path from the root, with its query */
  async call<Body>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const json = options.rawBody ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const sent = options.form ?? json;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...this.headers,
        ...(typeof sent === 'string' && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      redirect: 'manual',
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) as Body };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

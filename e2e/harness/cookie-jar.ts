// What a browser does about cookies, as far as sign-in needs it: keep, replace, drop, send by path.
import { Api, type Answer, type CallOptions } from './api.js';

interface Cookie {
  value: string;
  path: string;
  attributes: string[];
}

/** An `Api` that signs in like a browser: by cookie, with the CSRF header unless a test leaves it out. */
export class BrowserApi extends Api {
  readonly cookies = new Map<string, Cookie>();

  override async call<Body>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const sent = [...this.cookies].filter(([, cookie]) => path.startsWith(cookie.path));
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const headers = { 'x-natter': '1', ...(cookie ? { cookie } : {}), ...options.headers };
    const answer = await super.call<Body>(method, path, { ...options, headers });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  /** The cookie whose name ends in `ending`: plain-HTTP installs drop the prefixes. */
  find(ending: string): Cookie | undefined {
    return [...this.cookies].find(([name]) => name.endsWith(ending))?.[1];
  }

  /** All of them, as the `Cookie` header of a socket's upgrade. */
  get header(): string {
    return [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const cut = pair.indexOf('=');
    const [name, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
    const setting = (key: string): string | undefined =>
      attributes.find((attribute) => attribute.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const expires = setting('expires');
    const isOver = setting('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
    if (isOver || value === '') this.cookies.delete(name);
    else this.cookies.set(name, { value, path: setting('path') ?? '/', attributes });
  }
}

// Where mails go out and as whom: what the operator says in one address and one sender. Without them nothing here sends mails.
import type { Config } from '../config.js';

export interface MailServer {
  host: string;
  port?: number;
  /** TLS from the first byte; else it is asked for on the way (STARTTLS). */
  isSecure: boolean;
  account?: { user: string; password: string };
}

export interface Sender {
  name: string;
  address: string;
}

/** `smtp://host`, `smtps://user:password@host:465`; nothing else: no path, no query. Undefined for what is none. */
export function parseMailUrl(text: string): MailServer | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOther = !['smtp:', 'smtps:'].includes(url.protocol) || url.search !== '' || url.hash !== '';
  if (isOther || url.hostname === '' || !['', '/'].includes(url.pathname)) return undefined;
  if ((url.username === '') !== (url.password === '')) return undefined;
  try {
    const account = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      ...(url.port !== '' && { port: Number(url.port) }),
      isSecure: url.protocol === 'smtps:',
      ...(account.user !== '' && { account }),
    };
  } catch {
    return undefined;
  }
}

/** `natter@example.org` or `Natter <natter@example.org>`. Undefined for what is none. */
export function parseSender(text: string): Sender | undefined {
  const [, name = '', address = ''] = /^(?:([^<>"\r\n]*?)\s*<)?([^\s<>"@]+@[^\s<>"@]+)>?$/.exec(text.trim()) ?? [];
  const isClosed = text.includes('<') === text.trim().endsWith('>');
  return address === '' || !isClosed ? undefined : { name: name.trim(), address };
}

export interface MailSettings {
  server: MailServer;
  sender: Sender;
}

/** Null where the operator names no mail server: then no address is verified. */
export function mailSettings(config: Config): MailSettings | null {
  const { NATTER_MAIL_URL: url = '', NATTER_MAIL_FROM: from = '' } = config;
  const [server, sender] = [parseMailUrl(url), parseSender(from)];
  return server === undefined || sender === undefined ? null : { server, sender };
}

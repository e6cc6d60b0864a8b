// The way to the mail server: one connection a mail, every step of it bounded in time, and of what goes wrong only codes, for the words
// of a mail server name addresses.
import { createTransport, type Transporter } from 'nodemailer';
import type { AddressedLetter } from './letter-writer.js';
import type { MailSettings } from './mail-settings.js';

/** Of each step of a connection. */
const stepMs = 10_000;
/** Of the whole: a server that answers drop by drop costs no more. */
export const sendMs = 30_000;

/** A mail that was not taken. `isFinal`: the server will have this one neither now nor later. */
export class MailRefused extends Error {
  constructor(
    readonly code: string,
    readonly isFinal: boolean,
  ) {
    super(code);
  }
}

export class Post {
  private readonly transport: Transporter;
  private readonly closing = new AbortController();

  constructor(private readonly settings: MailSettings) {
    const { host, port, isSecure, account } = settings.server;
    this.transport = createTransport({
      host,
      ...(port !== undefined && { port }),
      secure: isSecure,
      // A password crosses no network in the clear.
      requireTLS: !isSecure && account !== undefined && !isThisMachine(host),
      ...(account && { auth: { user: account.user, pass: account.password } }),
      dnsTimeout: stepMs,
      connectionTimeout: stepMs,
      greetingTimeout: stepMs,
      socketTimeout: stepMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /**
   * Hands a mail over, within 30 s. When that fails, the server may have taken it all the same.
   * @param id names the mail: a reader that gets it twice shows it once
   * @throws MailRefused
   */
  async send(id: string, { to, subject, text, html }: AddressedLetter): Promise<void> {
    const { sender } = this.settings;
    try {
      await this.transport.sendMail({
        messageId: `<${id}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`,
        from: sender,
        to: { name: '', address: to },
        subject,
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal: AbortSignal.any([AbortSignal.timeout(sendMs), this.closing.signal]),
      });
    } catch (error) {
      throw refusal(error as Failure);
    }
  }

  /** Breaks off what is under way: it is sent again later. */
  close(): void {
    this.closing.abort();
  }
}

/** What nodemailer tells, beside words. */
interface Failure {
  code?: string;
  /** What the system or TLS called it: `ECONNREFUSED`, `SELF_SIGNED_CERT_IN_CHAIN`. */
  originalCode?: string;
  command?: string;
  responseCode?: number;
}

/** Final is what is said of this receiver or this text, for good (5xx); what is said of us, somebody has to put right. */
function refusal({ code = 'unknown', originalCode, command = '', responseCode }: Failure): MailRefused {
  const isOfMail = command === 'RCPT TO' || command === 'DATA';
  const words = [code, originalCode, responseCode].filter(Boolean).join(' ');
  return new MailRefused(words, isOfMail && responseCode !== undefined && responseCode >= 500);
}

const isThisMachine = (host: string): boolean => /^(localhost|::1|127\.\d+\.\d+\.\d+)$/.test(host);

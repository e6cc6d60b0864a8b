// A mail server on this machine that takes every mail it is not told to refuse, and keeps what was in it.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  to: string;
  subject: string;
  /** Names the mail: the same when it is sent again. */
  id: string;
  text: string;
  html: string;
}

export class MailReceiver {
  readonly mails: ReceivedMail[] = [];
  /** Receivers that were named, whatever was answered. */
  attempts = 0;
  /** What each receiver is answered with; 250 is «taken». */
  status = 250;
  /** Takes connections and says nothing. */
  isSilent = false;
  /** Offers TLS, from when it is opened, with a certificate that nobody trusts. */
  offersTls = false;
  /** Connections that were taken. */
  connections = 0;
  private server: SMTPServer | undefined;

  private constructor(private port: number) {}

  /** @param port any free one unless given */
  static async start(port = 0): Promise<MailReceiver> {
    const receiver = new MailReceiver(port);
    await receiver.open();
    return receiver;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Answers again, at the same port. */
  async open(): Promise<void> {
    const server = new SMTPServer({
      disabledCommands: this.offersTls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 1_000,
      onConnect: (_session, done) => {
        this.connections++;
        if (!this.isSilent) done();
      },
      onRcptTo: ({ address }, _session, done) => {
        this.attempts++;
        // As real ones do, it names the address in what it says.
        const refusal = Object.assign(new Error(`<${address}> is not wanted`), { responseCode: this.status });
        done(this.status === 250 ? null : refusal);
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const source = Buffer.concat(chunks).toString('utf8');
          for (const { address } of session.envelope.rcptTo) this.mails.push({ to: address, ...read(source) });
          done();
        });
      },
    });
    server.on('error', () => undefined);
    server.listen(this.port, '127.0.0.1');
    await once(server.server, 'listening');
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
  }

  /** From now on nobody is there. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Those that came for an address, the oldest first. */
  to(address: string): ReceivedMail[] {
    return this.mails.filter((mail) => mail.to === address);
  }
}

/** The token of the link in a mail. @throws Error when there is none */
export function tokenOf({ text }: ReceivedMail): string {
  const [, token] = /\/(?:verify|reset)#(\S+)/.exec(text) ?? [];
  if (token === undefined) throw new Error(`no link in: ${text}`);
  return token;
}

/** A mail of two parts, text and HTML, as ours are. */
function read(source: string): Omit<ReceivedMail, 'to'> {
  const [, boundary = 'none'] = /boundary="([^"]+)"/.exec(source) ?? [];
  const [head, ...parts] = source.split(`\r\n--${boundary}`).map((part) => {
    const [fields = '', ...body] = part.split('\r\n\r\n');
    return { fields: fields.replace(/\r\n\s+/g, ' '), body: body.join('\r\n\r\n') };
  });
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(head?.fields ?? '')?.[1] ?? '';
  const bodyOf = (type: string): string => {
    const part = parts.find(({ fields }) => fields.includes(type));
    return part === undefined ? '' : decoded(part.body, part.fields).replaceAll('\r\n', '\n');
  };
  return { subject: field('Subject'), id: field('Message-ID'), text: bodyOf('text/plain'), html: bodyOf('text/html') };
}

function decoded(body: string, fields: string): string {
  if (/base64/i.test(fields)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(fields)) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

// HTTP/1.1 as bytes: a connection that says exactly what it is given, and reads answers strictly. What cannot be read as an answer
// is a finding of its own.
import { connect, type Socket } from 'node:net';

export interface Reply {
  status: number;
  /** Names in lower case; several of one name are joined by a comma. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** The bytes are no answer. */
export class NoAnswer extends Error {}

const headEnd = Buffer.from('\r\n\r\n');
const MOST_HEAD = 65_536;

/** Reads answers out of a stream of bytes. Interim ones (1xx) are passed over. */
export class ReplyReader {
  #rest = Buffer.alloc(0);

  /**
   * @param isHead whether the answer awaited is one to HEAD: it has no body
   * @throws NoAnswer
   */
  feed(chunk: Buffer, isHead: boolean): Reply | undefined {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    return this.next(isHead);
  }

  /** One more out of what has come already. */
  next(isHead: boolean): Reply | undefined {
    const end = this.#rest.indexOf(headEnd);
    if (end < 0) {
      if (this.#rest.length > MOST_HEAD) throw new NoAnswer('a head without end');
      const start = this.#rest.subarray(0, 7).toString('latin1');
      if (!'HTTP/1.'.startsWith(start) && !start.startsWith('HTTP/1.')) throw new NoAnswer(`it begins with ${start}`);
      return undefined;
    }
    const { status, headers } = readHead(this.#rest.subarray(0, end).toString('latin1'));
    const from = end + headEnd.length;
    if (status >= 100 && status < 200 && status !== 101) {
      this.#rest = this.#rest.subarray(from);
      return this.next(isHead);
    }
    const found =
      isHead || status === 204 || status === 304 || status === 101
        ? { body: Buffer.alloc(0), to: from }
        : this.#body(headers, from);
    if (found === undefined) return undefined;
    this.#rest = this.#rest.subarray(found.to);
    return { status, headers, body: found.body };
  }

  /** What came after the last answer. */
  get left(): Buffer {
    return this.#rest;
  }

  #body(headers: ReadonlyMap<string, string>, from: number): { body: Buffer; to: number } | undefined {
    if (headers.get('transfer-encoding') === 'chunked') return this.#chunks(from);
    const length = headers.get('content-length');
    if (length === undefined || !/^\d+$/.test(length)) throw new NoAnswer('an answer without a length');
    const to = from + Number(length);
    return this.#rest.length < to ? undefined : { body: this.#rest.subarray(from, to), to };
  }

  #chunks(from: number): { body: Buffer; to: number } | undefined {
    const parts: Buffer[] = [];
    for (let at = from; ; ) {
      const line = this.#rest.indexOf('\r\n', at);
      if (line < 0) return undefined;
      const size = Number.parseInt(this.#rest.subarray(at, line).toString('latin1'), 16);
      if (!Number.isSafeInteger(size)) throw new NoAnswer('a chunk without a size');
      const to = line + 2 + size + 2;
      if (this.#rest.length < to) return undefined;
      if (size === 0) return { body: Buffer.concat(parts), to };
      parts.push(this.#rest.subarray(line + 2, line + 2 + size));
      at = to;
    }
  }
}

function readHead(text: string): Pick<Reply, 'status' | 'headers'> {
  const [first = '', ...lines] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
  if (!(status >= 100 && status <= 599)) throw new NoAnswer(`its first line is ${first.slice(0, 100)}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === '') throw new NoAnswer(`a header line reads ${line.slice(0, 100)}`);
    const key = name.toLowerCase();
    headers.set(key, headers.has(key) ? `${headers.get(key)}, ${value}` : value);
  }
  return { status, headers };
}

export type Outcome =
  | { kind: 'reply'; reply: Reply }
  | { kind: 'closed' }
  | { kind: 'silent' }
  | { kind: 'no answer'; says: string };

/** One connection. After an outcome that is no reply it is over. */
export class HttpWire {
  readonly #reader = new ReplyReader();
  #wake: () => void = () => undefined;
  #chunks: Buffer[] = [];
  #isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on('error', () => undefined); // a close follows
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<HttpWire> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const wire = new HttpWire(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return wire;
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.socket.writable;
  }

  /** Says so many bytes; answers how it went on. */
  async ask(data: Buffer, method: string, patienceMs: number): Promise<Outcome> {
    if (!this.isOpen) return { kind: 'closed' };
    this.socket.write(data);
    return await this.answer(method, patienceMs);
  }

  /** The next answer. */
  async answer(method: string, patienceMs: number): Promise<Outcome> {
    const deadline = performance.now() + patienceMs;
    const isHead = method === 'HEAD';
    try {
      for (let reply = this.#reader.next(isHead); ; ) {
        if (reply) return { kind: 'reply', reply };
        const chunk = this.#chunks.shift();
        if (chunk) {
          reply = this.#reader.feed(chunk, isHead);
          continue;
        }
        if (this.#isClosed) return { kind: 'closed' };
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) return this.#end({ kind: 'silent' });
        await this.#news(leftMs);
        reply = undefined;
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return this.#end({ kind: 'no answer', says: error.message });
    }
  }

  /** Waits until the other side closes. @returns whether it did */
  async closed(patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    while (!this.#isClosed && performance.now() < deadline) {
      this.#chunks = [];
      await this.#news(deadline - performance.now());
    }
    return this.#isClosed;
  }

  end(): void {
    this.socket.destroy();
  }

  #end<T>(outcome: T): T {
    this.socket.destroy();
    return outcome;
  }

  #news(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#chunks.length > 0 || this.#isClosed) this.#wake();
    });
  }
}

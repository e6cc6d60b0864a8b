// WebSocket as bytes: a client that can frame anything, rightly or wrongly, and reads the server's frames strictly.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { NoAnswer, type Reply, ReplyReader } from './wire-http.js';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameShape {
  opcode: number;
  fin?: boolean;
  /** The three reserved bits, as a number from 0 to 7. */
  reserved?: number;
  /** False leaves the mask out, as only a server may. */
  masked?: boolean;
  /** Claims another length than the payload has; `form` writes it longer than it needs to be. */
  claims?: bigint;
  form?: 7 | 16 | 64;
}

const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A frame's bytes. */
export function frame(
  payload: Buffer,
  { opcode, fin = true, reserved = 0, masked = true, claims, form }: FrameShape,
): Buffer {
  const length = claims ?? BigInt(payload.length);
  const size = form ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const bit = masked ? 0x80 : 0;
  const head = Buffer.alloc(size === 7 ? 2 : size === 16 ? 4 : 10);
  head[0] = first;
  head[1] = bit | (size === 7 ? Number(length & 0x7fn) : size === 16 ? 126 : 127);
  if (size === 16) head.writeUInt16BE(Number(length & 0xffffn), 2);
  if (size === 64) head.writeBigUInt64BE(length & 0xffffffffffffffffn, 2);
  if (!masked) return Buffer.concat([head, payload]);
  const body = Buffer.from(payload);
  for (let at = 0; at < body.length; at += 1) body[at] = (body[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return Buffer.concat([head, mask, body]);
}

export const text = (words: string | Buffer): Buffer => frame(Buffer.from(words), { opcode: opcodes.text });

export interface ServerFrame {
  opcode: number;
  payload: Buffer;
}

/** Reads what a server sends: whole, unmasked frames. */
export class ServerFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws NoAnswer for what no server may send */
  feed(chunk: Buffer): ServerFrame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const found: ServerFrame[] = [];
    for (let one = this.#next(); one; one = this.#next()) found.push(one);
    return found;
  }

  #next(): ServerFrame | undefined {
    const data = this.#rest;
    if (data.length < 2) return undefined;
    const [first = 0, second = 0] = data;
    if ((first & 0x70) !== 0 || (second & 0x80) !== 0 || (first & 0x80) === 0)
      throw new NoAnswer(`a frame of the server begins with ${data.subarray(0, 2).toString('hex')}`);
    const short = second & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (data.length < head) return undefined;
    const length = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
    if (data.length < head + length) return undefined;
    this.#rest = data.subarray(head + length);
    return { opcode: first & 0x0f, payload: data.subarray(head, head + length) };
  }
}

export interface SocketEvents {
  text: (words: string) => void;
  /** The server's half of the closing; 1005 for none, 1006 when the connection ended without one; `asked`: by us. */
  closed: (code: number, asked: boolean) => void;
  /** Bytes no server may send. */
  nonsense: (says: string) => void;
}

export interface OpenSocket {
  port: number;
  path: string;
  headers: readonly (readonly [string, string])[];
  /** Sent in the same breath as the request. */
  early?: Buffer;
}

/** One socket, from its request on. */
export class SocketWire {
  #code: number | undefined;
  #isOver = false;
  #hasAsked = false;

  private constructor(
    readonly socket: Socket,
    private readonly events: SocketEvents,
  ) {}

  /** @returns the socket, or the answer that refused it; `closed` when there was none */
  static async open(
    options: OpenSocket,
    events: SocketEvents,
    patienceMs: number,
  ): Promise<SocketWire | Reply | 'closed'> {
    const { port, path, headers, early = Buffer.alloc(0) } = options;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => undefined); // a close follows
    const key = randomBytes(16).toString('base64');
    const lines = [
      `GET ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), early]));
    const reader = new ReplyReader();
    const reply = await firstReply(socket, reader, patienceMs);
    if (reply === undefined || reply.status !== 101) {
      socket.destroy();
      return reply ?? 'closed';
    }
    const wire = new SocketWire(socket, events);
    wire.#listen(reader.left);
    return wire;
  }

  get isOpen(): boolean {
    return !this.#isOver && this.socket.writable;
  }

  write(data: Buffer): boolean {
    return this.isOpen && this.socket.write(data);
  }

  /** Begins the closing handshake. */
  close(code: number): void {
    this.#hasAsked = true;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.write(frame(payload, { opcode: opcodes.close }));
  }

  end(): void {
    this.socket.destroy();
  }

  #listen(first: Buffer): void {
    const frames = new ServerFrames();
    const hear = (chunk: Buffer): void => {
      try {
        for (const { opcode, payload } of frames.feed(chunk)) this.#take(opcode, payload);
      } catch (error) {
        this.events.nonsense(error instanceof Error ? error.message : String(error));
        this.socket.destroy();
      }
    };
    this.socket.on('data', hear);
    this.socket.once('close', () => {
      this.#isOver = true;
      this.events.closed(this.#code ?? 1_006, this.#hasAsked);
    });
    if (first.length > 0) hear(first);
    this.socket.resume();
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.text) this.events.text(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    else if (opcode === opcodes.ping) this.write(frame(payload, { opcode: opcodes.pong }));
    else if (opcode === opcodes.close) {
      this.#code ??= payload.length >= 2 ? payload.readUInt16BE(0) : 1_005;
      if (!this.#hasAsked) this.write(frame(payload.subarray(0, 2), { opcode: opcodes.close }));
    } else if (opcode !== opcodes.pong) throw new NoAnswer(`a frame of opcode ${opcode}`);
  }
}

function firstReply(socket: Socket, reader: ReplyReader, patienceMs: number): Promise<Reply | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (reply: Reply | undefined): void => {
      clearTimeout(timer);
      socket.pause().off('data', hear).off('close', ended); // what comes next is for the frames' reader
      resolve(reply);
    };
    const ended = (): void => settle(undefined);
    const hear = (chunk: Buffer): void => {
      try {
        const reply = reader.feed(chunk, false);
        if (reply) settle(reply);
      } catch (error) {
        clearTimeout(timer);
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new NoAnswer(`the request for a socket was not answered within ${patienceMs} ms`));
    }, patienceMs);
    socket.on('data', hear).once('close', ended);
  });
}

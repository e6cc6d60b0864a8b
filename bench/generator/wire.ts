// A WebSocket as cheap as it can be: the generator shares the cores with what it measures. Reads frame headers and hands out where a
// payload stands; copies, decodes and allocates nothing else. Speaks to servers of ours only, so it checks little.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const openTimeoutMs = 30_000;
const text = 1;
const close = 8;
const ping = 9;
const pong = 10;

/** What a socket brings is read into here, whichever it is: the stream would take memory for every read. */
const readBuffer = Buffer.allocUnsafeSlow(131_072);

/** A payload: bytes of `chunk` from `start` to `end`, only until the function returns. */
export type OnPayload = (chunk: Buffer, start: number, end: number) => void;

export interface WireOptions {
  /** Of this machine; several addresses of the loopback net get around the limit of ports an address has. */
  localAddress?: string;
  headers?: Readonly<Record<string, string>>;
}

/** A client's frames are masked; a mask of zeros leaves the payload as it is, which is as good to a server of ours. */
export function frameOf(payload: Buffer | string, opcode = text): Buffer {
  const body = Buffer.from(payload);
  const long = body.length > 125;
  const head = Buffer.alloc((long ? 4 : 2) + 4);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (long ? 126 : body.length);
  if (long) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

export class Wire {
  onPayload: OnPayload = () => undefined;
  /** The other side went, or the line broke. */
  onClose: () => void = () => undefined;
  bytes = 0;
  /** The beginning of a frame whose end has not come. */
  private rest: Buffer | undefined;
  private isOpen = false;

  private constructor(readonly socket: Socket) {}

  /** Connects and upgrades. @throws Error when anything but a socket comes of it, or nothing within 30 s */
  static open(address: string, { localAddress, headers = {} }: WireOptions = {}): Promise<Wire> {
    const url = new URL(address);
    let onRead = (_: Buffer): void => undefined;
    const callback = (bytes: number): boolean => {
      onRead(readBuffer.subarray(0, bytes));
      return true;
    };
    const socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: { buffer: readBuffer, callback },
      ...(localAddress !== undefined && { localAddress }),
    });
    const wire = new Wire(socket);
    const lines = [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail(new Error(`${address} did not answer`)), openTimeoutMs);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      socket.once('error', fail);
      socket.on('close', () => {
        wire.onClose();
        fail(new Error(`${address} closed`));
      });
      onRead = (chunk) => {
        if (wire.isOpen) return wire.take(chunk);
        const whole = Buffer.concat([wire.rest ?? Buffer.of(), chunk]);
        const end = whole.indexOf('\r\n\r\n');
        if (end < 0) return void (wire.rest = whole);
        const [status = ''] = whole.subarray(0, end).toString('latin1').split('\r\n');
        if (!status.includes(' 101 ')) return fail(new Error(`${address}: ${status}`));
        clearTimeout(timer);
        socket.off('error', fail).on('error', () => undefined); // a close follows
        wire.isOpen = true;
        wire.rest = undefined;
        resolve(wire);
        // Whoever opened it sets its callback first.
        setImmediate(() => wire.take(whole.subarray(end + 4)));
      };
    });
  }

  send(frame: Buffer): void {
    this.socket.write(frame);
  }

  destroy(): void {
    this.onClose = () => undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.bytes += chunk.length;
    const whole = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      if (whole.length - at < 2) break;
      let length = whole[at + 1]! & 0x7f;
      let start = at + 2;
      if (length === 126) {
        if (whole.length - at < 4) break;
        length = whole.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (whole.length - at < 10) break;
        length = whole.readUInt32BE(at + 6);
        start = at + 10;
      }
      const end = start + length;
      if (end > whole.length) break;
      const opcode = whole[at]! & 0x0f;
      if (opcode === text || opcode === 2) this.onPayload(whole, start, end);
      else if (opcode === ping) this.send(frameOf(whole.subarray(start, end), pong));
      else if (opcode === close) this.socket.end();
      at = end;
    }
    this.rest = at === whole.length ? undefined : Buffer.from(whole.subarray(at)); // the next read goes where this stands
  }
}

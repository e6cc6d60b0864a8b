// Stand-ins for the edges of the hot path, for tests without a network.
import type { Socket } from 'node:net';
import { Registry as MetricsRegistry } from '@natter/service-kit/metrics';
import { createLogger } from '@natter/service-kit/logger';
import { Connection, type ConnectionContext, type FrameHandler } from '../connection.js';
import type { ClientSocket } from '../client-socket.js';
import { LocalUser } from '../local-user.js';
import { GatewayMetrics } from '../metrics.js';
import { SlowReaders } from '../slow-readers.js';
import { Turn } from '../turn.js';

/** A socket whose reader reads when told to. */
export class FakeSocket {
  writableLength = 0;
  writableNeedDrain = false;
  writable = true;
  bytesWritten = 0;
  writes: Buffer[] = [];
  /** Bytes the kernel takes at once, before the reader reads. */
  constructor(public kernelBytes = Infinity) {}

  write(bytes: Buffer): boolean {
    this.writes.push(bytes);
    this.bytesWritten += bytes.length;
    this.writableLength += bytes.length;
    this.take();
    if (this.writableLength >= 16_384) this.writableNeedDrain = true;
    return !this.writableNeedDrain;
  }

  /** The reader reads so many bytes. @returns true when the socket is now drained, so that `drain` would be emitted */
  read(bytes: number): boolean {
    this.kernelBytes += bytes;
    this.take();
    const isDrained = this.writableNeedDrain && this.writableLength === 0;
    if (isDrained) this.writableNeedDrain = false;
    return isDrained;
  }

  get sent(): Buffer {
    return Buffer.concat(this.writes);
  }

  private take(): void {
    const taken = Math.min(this.kernelBytes, this.writableLength);
    this.kernelBytes -= taken;
    this.writableLength -= taken;
  }
}

export const silentLogger = createLogger('test', { INSTANCE_ID: 'ws-1', LOG_LEVEL: 'silent' });

export interface FakeContext extends ConnectionContext {
  gone: Connection[];
}

/** What sockets of a test share. Its timers run until the process ends unless the test stops them. */
export function fakeContext(): FakeContext {
  const gone: Connection[] = [];
  const metrics = new GatewayMetrics(new MetricsRegistry());
  const left = (connection: Connection) => void gone.push(connection);
  return { turn: new Turn(silentLogger), metrics, slowReaders: new SlowReaders(), rateFactor: 1, left, gone };
}

export interface FakeClient {
  connection: Connection;
  socket: FakeSocket;
  /** Codes ws was told to close with. */
  closes: number[];
  /** Frames written so far, as JSON. */
  frames: () => Record<string, unknown>[];
}

const noHandler: FrameHandler = { frame: () => undefined, pong: () => undefined };

export function fakeClient(
  context: ConnectionContext,
  id: string,
  user = new LocalUser(id),
  socket = new FakeSocket(),
): FakeClient {
  const closes: number[] = [];
  const ws = {
    close: (code: number) => closes.push(code),
    ping: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  };
  const identity = { id, user, session: `s-${id}`, only: undefined };
  const connection = new Connection(
    identity,
    ws as unknown as ClientSocket,
    socket as unknown as Socket,
    noHandler,
    context,
  );
  user.connections.add(connection);
  return { connection, socket, closes, frames: () => unframe(socket.sent).map((text) => JSON.parse(text)) };
}

/** Takes server frames apart, by the letter of RFC 6455. */
export function unframe(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    if (bytes[offset] !== 0x81) throw new Error(`no final text frame at ${offset}`);
    let length = bytes[offset + 1]!;
    offset += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(offset);
      offset += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(offset));
      offset += 8;
    }
    texts.push(bytes.toString('utf8', offset, offset + length));
    offset += length;
  }
  return texts;
}

// The chat protocol's frames: each is read once, checked by its schema, and handed to its command.
import { Injectable } from '@nestjs/common';
import { type ClientFrameType, clientFrames } from '@natter/contracts/frames';
import type { Connection, FrameHandler } from '../connection.js';
import { type RawFrame, readFrame } from '../frame-reader.js';
import { HelloCommand } from './hello.js';
import { pong } from './ping.js';
import { ReceiptCommand } from './receipt.js';
import { SendCommand } from './send.js';
import { SyncCommand } from './sync.js';

const isKnown = (type: string): type is ClientFrameType => Object.hasOwn(clientFrames, type);

@Injectable()
export class ChatFrames implements FrameHandler {
  constructor(
    private readonly hello: HelloCommand,
    private readonly send: SendCommand,
    private readonly receipt: ReceiptCommand,
    private readonly sync: SyncCommand,
  ) {}

  frame(connection: Connection, data: Buffer): void {
    const raw = readFrame(data);
    const waitMs = connection.takeFrame();
    if (waitMs > 0) connection.fail('rate_limited', raw.id, waitMs);
    else if (raw.type === undefined) connection.fail('bad_request', raw.id);
    else if (connection.stage === 'new' && raw.type !== 'hello') connection.fail('hello_first', raw.id);
    else if (!isKnown(raw.type)) connection.fail('unknown_type', raw.id);
    else if (!this.run(connection, raw.type, raw)) connection.fail('bad_request', raw.id);
  }

  /** Pongs answer heartbeats only. */
  pong(): void {}

  /** @returns false when the frame has not the shape it should have */
  private run(connection: Connection, type: ClientFrameType, { value }: RawFrame): boolean {
    if (type === 'send') {
      const { data } = clientFrames.send.safeParse(value);
      if (data !== undefined) this.send.run(connection, data);
      return data !== undefined;
    }
    if (type === 'receipt') {
      const { data } = clientFrames.receipt.safeParse(value);
      if (data !== undefined) this.receipt.run(connection, data);
      return data !== undefined;
    }
    if (type === 'ping') {
      const { data } = clientFrames.ping.safeParse(value);
      if (data !== undefined) pong(connection, data);
      return data !== undefined;
    }
    if (type === 'sync') {
      const { data } = clientFrames.sync.safeParse(value);
      if (data !== undefined) this.sync.run(connection, data);
      return data !== undefined;
    }
    const { data } = clientFrames.hello.safeParse(value);
    // A second hello is no hello.
    if (data === undefined || connection.stage !== 'new') return false;
    void this.hello.run(connection, data);
    return true;
  }
}

// The chat protocol's frames: each is read once, checked by its schema, and handed to its command.
import { Injectable } from '@nestjs/common';
import { type ClientFrameType, clientFrames } from '@natter/contracts/frames';
import type { Connection, FrameHandler } from '../connection.js';
import { type RawFrame, readFrame } from '../frame-reader.js';
import { HelloCommand } from './hello.js';
import { pong } from './ping.js';
import { PresenceCommand } from './presence.js';
import { ReceiptCommand } from './receipt.js';
import { StoreCommand } from './store.js';
import { SyncCommand } from './sync.js';
import { TypingCommand } from './typing.js';
import type { z } from 'zod';

const isKnown = (type: string): type is ClientFrameType => Object.hasOwn(clientFrames, type);

@Injectable()
export class ChatFrames implements FrameHandler {
  constructor(
    private readonly hello: HelloCommand,
    private readonly store: StoreCommand,
    private readonly receipt: ReceiptCommand,
    private readonly typing: TypingCommand,
    private readonly presence: PresenceCommand,
    private readonly sync: SyncCommand,
  ) {}

  frame(connection: Connection, data: Buffer): void {
    const raw = readFrame(data);
    const waitMs = connection.takeFrame();
    if (waitMs > 0) connection.fail('rate_limited', raw.id, waitMs);
    else if (raw.type === undefined) connection.fail('bad_request', raw.id);
    else if (connection.stage === 'new' && raw.type !== 'hello') connection.fail('hello_first', raw.id);
    else if (!isKnown(raw.type)) this.unknown(connection, raw);
    else this.run(connection, raw.type, raw);
  }

  /** Pongs answer heartbeats only. */
  pong(): void {}

  private unknown(connection: Connection, { id }: RawFrame): void {
    connection.fail('unknown_type', id);
    connection.noteBadFrame();
  }

  private run(connection: Connection, type: ClientFrameType, { id, value }: RawFrame): void {
    const { data: frame, error } = clientFrames[type].safeParse(value);
    if (frame === undefined) return connection.fail('bad_request', id, undefined, explain(error));
    if (frame.type === 'receipt') this.receipt.run(connection, frame);
    else if (frame.type === 'typing') this.typing.run(connection, frame);
    else if (frame.type === 'presence') this.presence.run(connection, frame);
    else if (frame.type === 'ping') pong(connection, frame);
    else if (frame.type === 'sync') this.sync.run(connection, frame);
    else if (frame.type !== 'hello') this.store.run(connection, frame);
    else if (connection.stage !== 'new') connection.fail('bad_request', id, undefined, 'hello has been said');
    else void this.hello.run(connection, frame);
  }
}

/** Names the field that is wrong, and how: never its value. */
function explain({ issues }: z.ZodError): string | undefined {
  const [issue] = issues;
  return issue && `${issue.path.map(String).join('.').slice(0, 100)}: ${issue.message}`;
}

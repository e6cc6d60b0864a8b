// The limit: one Node process that frames once, writes once a socket and loop turn, and stores nothing.
import { fileURLToPath } from 'node:url';
import { freePort } from '@natter/infra/ports';
import { kind, type Member, silentMember } from '../generator/member.js';
import { frameOf, Wire, type WireOptions } from '../generator/wire.js';
import { Child } from './child.js';
import { kindOf } from './natter.js';
import type { Running, System } from './system.js';

const program = fileURLToPath(new URL('../peers/raw.js', import.meta.url));

export class RawSystem implements System {
  readonly name = 'raw';
  readonly says = 'one Node process with ws, one write a socket and loop turn; stores nothing';

  obstacle(): undefined {
    return undefined;
  }

  async start(): Promise<Running> {
    const port = await freePort(new Set());
    const child = await Child.start('raw', process.execPath, [program, String(port)], port);
    return {
      pids: new Map([['raw', child.pid]]),
      open: (room, _, options) => open(`ws://127.0.0.1:${port}/?room=${room}`, room, options),
      stop: () => child.stop(),
    };
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

async function open(url: string, room: number, options?: WireOptions): Promise<Member> {
  const wire = await Wire.open(url, options);
  const made = silentMember(
    room,
    (body) => wire.send(frameOf(body)),
    () => wire.destroy(),
  );
  wire.onClose = () => made.onClose();
  wire.onPayload = (chunk, start, end) => {
    const what = kindOf(chunk, start);
    if (what === kind.delivery) made.onDelivery(chunk, start, end);
    else if (what === kind.ack) made.onAck();
  };
  return made;
}

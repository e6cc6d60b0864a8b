// The wire between two parts: a TCP relay that can be cut, fall silent in one direction or both, become slow and
// lossy, or lose single messages. What went in before it fell silent comes out when it is whole again, as with TCP.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Seeded } from '../harness/seeded.js';
import { NatsFrames } from './nats-frames.js';

/** `out`: from the part that opened the connection; `back`: towards it. */
export type Direction = 'out' | 'back';

/** What passes: everything; nothing, with connections reset and refused; or nothing in the directions named. */
export type Cut = 'whole' | 'reset' | readonly Direction[];

/**
 * Sees each piece before it passes: a whole message on a wire to NATS, any bytes elsewhere. `drop`: it gets lost.
 * `link` tells the connections of a wire apart.
 */
export type Watch = (direction: Direction, piece: Buffer, link: object) => 'pass' | 'drop';

/** A bad network: each piece comes late, and some have to be sent again first, as TCP does. */
export interface Weather {
  delayMs: number;
  /** Part of the pieces that get lost, below 1. */
  loss: number;
  lot: Seeded;
}

const RETRANSMIT_MS = 200;
/** A lane that holds more stops reading. */
const HELD_BYTES = 1 << 20;

export class Wire {
  watch: Watch | undefined;
  weather: Weather | undefined;
  #cut: Cut = 'whole';
  readonly #links = new Set<Link>();

  private constructor(
    readonly name: string,
    readonly target: { host: string; port: number },
    private readonly isNats: boolean,
    private readonly server: Server,
  ) {
    server.on('connection', (near) => this.#link(near));
  }

  /** @param name `<from>-<to>` */
  static async lay(name: string, target: { host: string; port: number }): Promise<Wire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(name, target, name.endsWith('-nats'), server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  cut(cut: Cut): void {
    this.#cut = cut;
    for (const link of this.#links) if (cut === 'reset') link.destroy();
    for (const link of this.#links) link.hush(this.#silent);
  }

  /** Everything passes again, at once and unwatched. */
  mend(): void {
    this.watch = undefined;
    this.cut('whole');
    this.calm();
  }

  /** The weather is over; what it kept back arrives now. */
  calm(): void {
    this.weather = undefined;
    for (const link of this.#links) link.clear();
  }

  remove(): void {
    for (const link of this.#links) link.destroy();
    this.server.close();
  }

  get #silent(): readonly Direction[] {
    return typeof this.#cut === 'string' ? [] : this.#cut;
  }

  #link(near: Socket): void {
    if (this.#cut === 'reset') return void near.resetAndDestroy();
    const far = connect(this.target.port, this.target.host);
    const link = new Link(near, far, this, this.isNats);
    this.#links.add(link);
    link.hush(this.#silent);
    void link.gone.then(() => this.#links.delete(link));
  }
}

/** One connection: two lanes that end together, though while silent neither end hears that the other is gone. */
class Link {
  readonly gone: Promise<void>;
  readonly #lanes: Record<Direction, Lane>;
  #isSilent = false;
  #isOver = false;

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
    wire: Wire,
    isNats: boolean,
  ) {
    for (const end of [near, far]) {
      end.setNoDelay(true);
      end.on('error', () => undefined); // a close follows
      end.on('close', () => this.#end());
    }
    this.#lanes = {
      out: new Lane('out', this, near, far, wire, isNats),
      back: new Lane('back', this, far, near, wire, isNats),
    };
    const closed = (end: Socket): Promise<void> => new Promise((resolve) => void end.once('close', () => resolve()));
    this.gone = Promise.all([near, far].map(closed)).then(() => undefined);
  }

  hush(silent: readonly Direction[]): void {
    this.#isSilent = silent.length > 0;
    for (const direction of ['out', 'back'] as const) this.#lanes[direction].hush(silent.includes(direction));
    if (this.#isOver && !this.#isSilent) this.destroy();
  }

  /** What the weather kept back arrives now. */
  clear(): void {
    for (const direction of ['out', 'back'] as const) this.#lanes[direction].clear();
  }

  destroy(): void {
    this.near.resetAndDestroy();
    this.far.resetAndDestroy();
  }

  #end(): void {
    this.#isOver = true;
    if (!this.#isSilent) this.destroy();
  }
}

/** One direction of a connection. */
class Lane {
  readonly #frames: NatsFrames | undefined;
  /** What the weather keeps back, in order: timers alone might let pieces overtake each other. */
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #lastAtMs = 0;
  #isSilent = false;

  constructor(
    private readonly direction: Direction,
    private readonly link: object,
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly wire: Wire,
    isNats: boolean,
  ) {
    this.#frames = isNats ? new NatsFrames() : undefined;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    to.on('drain', () => this.#flow());
    from.on('end', () => to.end());
  }

  hush(isSilent: boolean): void {
    this.#isSilent = isSilent;
    this.#flow();
  }

  clear(): void {
    while (this.#held.length > 0) this.#release();
    this.#lastAtMs = 0;
  }

  #take(chunk: Buffer): void {
    const pieces = this.#frames?.take(chunk) ?? [chunk];
    const { watch, weather } = this.wire;
    const passed = watch ? pieces.filter((piece) => watch(this.direction, piece, this.link) === 'pass') : pieces;
    if (passed.length === 0) return;
    const bytes = passed.length === 1 && passed[0] ? passed[0] : Buffer.concat(passed);
    if (!weather && this.#held.length === 0) return this.#write(bytes);
    this.#lastAtMs = Math.max(this.#lastAtMs, Date.now() + (weather ? lateness(weather) : 0));
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#flow();
    setTimeout(() => this.#release(), this.#lastAtMs - Date.now());
  }

  #release(): void {
    const bytes = this.#held.shift();
    if (!bytes) return;
    this.#heldBytes -= bytes.length;
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    this.to.write(bytes);
    this.#flow();
  }

  #flow(): void {
    if (this.#isSilent || this.to.writableNeedDrain || this.#heldBytes > HELD_BYTES) this.from.pause();
    else this.from.resume();
  }
}

/** TCP sends again after 200 ms, then 400, 800 …, until it gets through. */
function lateness({ delayMs, loss, lot }: Weather): number {
  let lateMs = delayMs;
  for (let againMs = RETRANSMIT_MS; lot.chance(loss); againMs *= 2) lateMs += againMs;
  return lateMs;
}

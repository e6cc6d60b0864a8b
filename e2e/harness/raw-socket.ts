// One WebSocket as a test drives it: everything received is kept, anything can be sent, and its TCP connection
// can be broken in every way. Knows frames, but no rule of the contract: see raw-user.ts.
import { randomUUID } from 'node:crypto';
import type { LogEvent } from '@natter/contracts/events';
import type { AckFrame, AnswerFrame, ErrorFrame, ReadyFrame, ServerFrame } from '@natter/contracts/frames';
import { WebSocket } from 'ws';
import { CuttableSocket } from './cuttable-socket.js';
import { PATIENCE_MS, until, within } from './wait.js';

/** Who comes, and how. */
export interface OpenOptions {
  token?: string;
  ticket?: string;
  cookie?: string;
  origin?: string;
  protocols?: string[];
  onFrame?: (frame: ServerFrame) => void;
  /** Log events and acks go to `onFrame` only and are not kept: for runs in which there are millions. */
  forgetsEvents?: boolean;
  /** Whether the server's pings are answered; true unless said otherwise. */
  answersPings?: boolean;
  /** Where its connection breaks, counted from the first byte of the upgrade. */
  cut?: { direction: 'in' | 'out'; bytes: number };
}

export interface Closed {
  code: number;
  reason: string;
}

/** The server answered the upgrade with something else than a socket; status 0: it did not answer. */
export class UpgradeRefused extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`the upgrade was answered with ${status}`);
  }
}

type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;

export class RawSocket {
  readonly frames: ServerFrame[] = [];
  /** Frames as they came, byte for byte. */
  readonly texts: string[] = [];
  readonly closed: Promise<Closed>;
  lastHeardMs = Date.now();
  pings = 0;

  private constructor(
    private readonly ws: WebSocket,
    private readonly tcp: CuttableSocket,
    onFrame: (frame: ServerFrame) => void,
    forgetsEvents: boolean,
  ) {
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    ws.on('error', () => undefined); // a close follows
    ws.on('ping', () => {
      this.lastHeardMs = Date.now();
      this.pings += 1;
    });
    ws.on('message', (data) => {
      this.lastHeardMs = Date.now();
      const text = String(data);
      const frame = JSON.parse(text) as ServerFrame;
      if (!forgetsEvents || !('seq' in frame && 'ts' in frame)) {
        this.texts.push(text);
        this.frames.push(frame);
      }
      onFrame(frame);
    });
  }

  /** @throws UpgradeRefused */
  static async open(url: string, options: OpenOptions = {}): Promise<RawSocket> {
    const { token, ticket, cookie, origin, protocols = ['natter.v1'], cut } = options;
    const { onFrame = () => undefined, answersPings = true, forgetsEvents = false } = options;
    const address = new URL(url);
    if (ticket !== undefined) address.searchParams.set('ticket', ticket);
    const tcp = new CuttableSocket();
    if (cut) tcp.cutAfter(cut.direction, cut.bytes);
    const ws = new WebSocket(address, protocols, {
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie }),
      },
      ...(origin === undefined ? {} : { origin }),
      perMessageDeflate: false,
      autoPong: answersPings,
      createConnection: () => tcp.connect(Number(address.port), address.hostname),
    });
    const socket = new RawSocket(ws, tcp, onFrame, forgetsEvents);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', () => reject(new UpgradeRefused(0, '')));
      ws.once('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = [];
        const refuse = (): void =>
          reject(new UpgradeRefused(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', refuse);
        response.on('error', refuse);
      });
    });
    return socket;
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  get protocol(): string {
    return this.ws.protocol;
  }

  send(frame: object): void {
    this.ws.send(JSON.stringify(frame));
  }

  /** Anything at all, as a text frame unless it is bytes. */
  sendRaw(data: string | Buffer): void {
    this.ws.send(data);
  }

  /** A text frame whose bytes are not UTF-8. */
  sendBrokenText(bytes: Buffer): void {
    this.ws.send(bytes, { binary: false });
  }

  /** The first frame of a type that fits, received already or still to come. */
  next<Type extends ServerFrame['type']>(
    type: Type,
    fits: (frame: FrameOf<Type>) => boolean = () => true,
    timeoutMs = PATIENCE_MS,
  ): Promise<FrameOf<Type>> {
    return until(`a ${type} frame comes`, () => this.all(type).find(fits), timeoutMs, 5);
  }

  /** All frames of a type so far. */
  all<Type extends ServerFrame['type']>(type: Type): FrameOf<Type>[] {
    return this.frames.filter((frame): frame is FrameOf<Type> => frame.type === type);
  }

  /** The log events of a room so far. */
  events(room: string): LogEvent[] {
    return this.frames.filter(
      (frame): frame is LogEvent =>
        'seq' in frame && 'ts' in frame && frame.type !== 'ack' && frame.type !== 'notification' && frame.room === room,
    );
  }

  /** Sends a frame with an id and waits for the one answer that carries it. */
  async ask(frame: { type: string; id: string } & Record<string, unknown>): Promise<AnswerFrame> {
    const from = this.frames.length;
    const isAnswer = (frame2: ServerFrame): frame2 is AnswerFrame =>
      ['ack', 'error', 'synced', 'pong'].includes(frame2.type) && 'id' in frame2 && frame2.id === frame.id;
    this.send(frame);
    return await until(`${frame.type} is answered`, () => this.frames.slice(from).find(isAnswer), PATIENCE_MS, 5);
  }

  /** Sends `hello` and waits until everything missed has come. */
  async hello(rooms?: Record<string, number>): Promise<ReadyFrame> {
    this.send({ type: 'hello', client: 'e2e/1', ...(rooms === undefined ? {} : { rooms }) });
    const ready = await this.next('ready');
    await this.next('synced', (frame) => frame.id === undefined);
    return ready;
  }

  /** Sends a message and waits for what becomes of it. */
  async say(room: string, body: string, id: string = randomUUID()): Promise<AckFrame | ErrorFrame> {
    return (await this.ask({ type: 'send', id, room, body })) as AckFrame | ErrorFrame;
  }

  /** How it ended; waits for the end. */
  end(): Promise<Closed> {
    return within('the socket closes', this.closed);
  }

  close(): void {
    this.ws.close(1000);
  }

  /** Breaks the TCP connection this instant. */
  cut(): void {
    this.tcp.destroy();
  }

  cutAfter(direction: 'in' | 'out', bytes: number): void {
    this.tcp.cutAfter(direction, bytes);
  }

  /** Neither answers nor hears any more, and does not say so. */
  fallSilent(): void {
    this.tcp.fallSilent();
  }

  stopReading(): void {
    this.ws.pause();
  }

  readAgain(): void {
    this.ws.resume();
  }
}

// The doorstep: the port is open from the first moment of the process, when most of it has not even been loaded. Who comes before
// anybody can look at their proof waits here instead of being sent away: a client that is refused waits longer each time, and a
// system that has just started would find its clients in waits of half a minute. Where thousands come at once only some are let in
// with each turn of the event loop, so that they do not keep those who are here waiting.
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { EarlyPort } from '@natter/service-kit/early-port';
import { type Caller, CallerCheck } from './caller.js';
import type { Config } from './config.js';
import { createDoorServer } from './door-server.js';
import { Refusal, refuse } from './refusal.js';

/** Each costs a file descriptor and some KiB. */
const mostWaiting = 10_000;
/** An answer is due within 5 s, also behind a proxy that counts from its own side. Spread, so that those who came together do not
 * leave together. */
const patienceMs = () => limits.answerMs - 1_000 - Math.random() * 600;
/** Let in with one turn, about 5 ms of work. Nobody is there sooner because all are let in at once. */
const perTurn = 16;

/** Takes over a caller and answers, in whatever way, before `untilMs`. */
export type Answer = (caller: Caller) => void;

export class Doorstep {
  /** Upgrades refused since the start, by HTTP status. */
  readonly refused = new Map<number, number>();
  port = 0;
  private readonly server: Server;
  private readonly checks: CallerCheck;
  /** In the order in which they came; the value takes them off the list. */
  private readonly waiting = new Map<Caller, () => void>();
  private answer: Answer | undefined;
  private isClosed = false;
  /** Callers let in since the turn began. */
  private letIn = 0;

  private constructor(
    config: Config,
    private readonly maxWaiting: number,
  ) {
    this.checks = new CallerCheck(config);
    this.server = createDoorServer((request) => this.checks.refusalOfPlain(request));
    this.server.on('upgrade', (request, socket, head) => this.arrive(request, socket as Socket, head));
  }

  /**
   * Takes over a port.
   * @param maxWaiting whoever comes when so many wait is refused with 503
   * @throws when the port is taken
   */
  static async open(
    config: Config,
    port = new EarlyPort(config, config.PORT),
    maxWaiting = mostWaiting,
  ): Promise<Doorstep> {
    const doorstep = new Doorstep(config, maxWaiting);
    doorstep.port = await port.handTo(doorstep.server);
    return doorstep;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** From now on there is somebody to answer: first those who wait, in order. */
  openTo(answer: Answer): void {
    this.answer = answer;
    this.nextTurn();
  }

  /** Listens no longer; who waits, and requests that are already here, get 503. Open sockets stay. */
  close(): void {
    this.isClosed = true;
    this.server.close();
    this.server.closeIdleConnections();
    for (const [{ socket, request }, leave] of this.waiting) {
      leave();
      this.refuse(socket, new NatterError('unavailable'), request);
    }
  }

  refuse(socket: Socket, error: unknown, { headers }: IncomingMessage): void {
    const status = refuse(socket, error, headers);
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }

  /** For a caller whom nobody could look at in time. */
  async sendAway(caller: Caller): Promise<void> {
    const { farewell } = await import('./farewell.js');
    farewell(caller, (error) =>
      this.refuse(caller.socket, new Refusal(400, 'bad_request', error.message), caller.request),
    );
  }

  private arrive(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', onEarlyError);
    try {
      if (this.isClosed) throw new NatterError('unavailable');
      const untilMs = performance.now() + patienceMs();
      const caller: Caller = { ...this.checks.check(request), request, socket, head, untilMs };
      // Nobody passes those who wait.
      if (this.answer !== undefined && this.waiting.size === 0 && this.letIn < perTurn) this.admit(caller, this.answer);
      else this.hold(caller);
    } catch (error) {
      this.refuse(socket, error, request);
    }
  }

  private admit(caller: Caller, answer: Answer): void {
    if (this.letIn++ === 0) setImmediate(() => this.nextTurn());
    answer(caller);
  }

  private nextTurn(): void {
    this.letIn = 0;
    for (const [caller, leave] of this.waiting) {
      if (this.answer === undefined || this.letIn === perTurn) return;
      leave();
      this.admit(caller, this.answer);
    }
  }

  private hold(caller: Caller): void {
    if (this.waiting.size >= this.maxWaiting) throw new NatterError('unavailable');
    const { socket } = caller;
    const late = setTimeout(() => {
      leave();
      void this.sendAway(caller);
    }, caller.untilMs - performance.now());
    // A client says nothing before it is answered; so what there is to read is its end.
    const look = () => void (socket.readableLength === 0 && socket.read());
    const gone = () => {
      leave();
      socket.destroy();
    };
    const leave = () => {
      clearTimeout(late);
      this.waiting.delete(caller);
      socket.off('readable', look).off('end', gone).off('close', gone);
    };
    socket.on('readable', look).on('end', gone).on('close', gone);
    this.waiting.set(caller, leave);
  }
}

function onEarlyError(this: Socket): void {
  this.destroy();
}

// A pair of well-behaved clients who chat all the time, each over a door of its own, and count: does every message come, once, in order, and how
// long does it take? Runs in a process of its own (`bystanders-main.ts`), so that the fuzzer's work is not taken for the system's.
import { randomUUID } from 'node:crypto';
import type { ServerFrame } from '@natter/contracts/frames';
import { RawSocket } from '../harness/raw-socket.js';
import { until } from '../harness/wait.js';

export interface PairPlan {
  name: string;
  room: string;
  /** Where each connects, and as whom. */
  ends: readonly [End, End];
}

export interface End {
  url: string;
  token: string;
  user: string;
}

export type Phase = 'quiet' | 'fuzz';

/** From `send` until the other has it, ms; by phase. */
export type Delays = Record<Phase, number[]>;

const EVERY_MS = 150;
/** P5's time, and as much again. */
const LATE_MS = 20_000;

interface Sent {
  atMs: number;
  phase: Phase | undefined;
}

export class Pair {
  readonly delays: Delays = { quiet: [], fuzz: [] };
  readonly findings: string[] = [];
  phase: Phase | undefined;
  readonly #open = new Map<string, Sent>();
  readonly #unacked = new Set<string>();
  readonly #sockets: RawSocket[] = [];
  #timers: NodeJS.Timeout[] = [];
  #isOver = false;
  sent = 0;

  private constructor(private readonly plan: PairPlan) {}

  static async begin(plan: PairPlan): Promise<Pair> {
    const pair = new Pair(plan);
    for (const [index, end] of plan.ends.entries()) await pair.#join(end, index);
    pair.#timers = pair.#sockets.map((socket) => setInterval(() => pair.#say(socket), EVERY_MS));
    return pair;
  }

  /** Says no more, waits until everything has come, and notes what has not. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const isDone = (): boolean => this.#open.size === 0 && this.#unacked.size === 0;
    await until('all has come', isDone, LATE_MS).catch(() => undefined);
    if (this.#open.size > 0) this.findings.push(`${this.#open.size} messages never came`);
    if (this.#unacked.size > 0) this.findings.push(`${this.#unacked.size} sends were never acknowledged`);
    this.#isOver = true;
    for (const socket of this.#sockets) socket.close();
  }

  async #join({ url, token, user }: End, index: number): Promise<void> {
    let last = 0;
    const socket = await RawSocket.open(url, {
      token,
      forgetsEvents: true,
      onFrame: (frame) => {
        if (frame.type === 'ready') last = frame.rooms.find(({ id }) => id === this.plan.room)?.last_seq ?? 0;
        else last = this.#hear(frame, user, last);
      },
    });
    await socket.hello();
    this.#sockets.push(socket);
    void socket.closed.then(({ code }) => {
      if (!this.#isOver) this.findings.push(`its connection ${index + 1} was closed with ${code}`);
    });
  }

  #say(socket: RawSocket): void {
    if (!socket.isOpen) return;
    const id = randomUUID();
    this.#open.set(id, { atMs: performance.now(), phase: this.phase });
    this.#unacked.add(id);
    this.sent += 1;
    socket.send({ type: 'send', id, room: this.plan.room, body: `${this.sent} just talking` });
  }

  /** @returns the seq of the room that this connection has come to */
  #hear(frame: ServerFrame, user: string, last: number): number {
    if (frame.type === 'ack' && !this.#unacked.delete(frame.id))
      this.findings.push(`${frame.id} was acknowledged twice`);
    if (frame.type === 'error') this.findings.push(`it was told ${frame.code}`);
    if (!('seq' in frame && 'ts' in frame) || frame.type === 'ack' || frame.type === 'notification') return last;
    if (frame.room !== this.plan.room) return last;
    if (frame.seq !== last + 1) this.findings.push(`seq ${frame.seq} came after ${last}`);
    if (frame.type === 'message' && frame.sender.id !== user) {
      const sent = this.#open.get(frame.id);
      this.#open.delete(frame.id);
      if (sent?.phase !== undefined) this.delays[sent.phase].push(performance.now() - sent.atMs);
    }
    return frame.seq;
  }
}

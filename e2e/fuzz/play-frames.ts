// Says one batch of frames over one connection, and holds every answer against the contract.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { until } from '../harness/wait.js';
import {
  answeredId,
  expectedAnswer,
  type Wrong,
  wrongWithClose,
  wrongWithFrame,
  wrongWithReply,
} from './answer-checks.js';
import { ANSWER_MS, type Field } from './field.js';
import type { FrameBatch, FrameInput } from './frames.js';
import { frame, opcodes, SocketWire, text } from './wire-socket.js';

interface Asked {
  data: Buffer;
  atMs: number;
  must: boolean;
}

export async function playFrames(field: Field, batch: FrameBatch, piece: string): Promise<void> {
  const { world, ports, tally } = field;
  const face = await world.well(batch.face);
  const talk = new Talk(field, piece, face.person.id);
  const room = world.rooms[batch.room % world.rooms.length]?.id ?? '';
  const opened = await SocketWire.open(
    {
      port: ports[batch.door],
      path: batch.manner === 'plain' ? `/ws/${room}` : '/ws',
      headers: [
        ['Authorization', `Bearer ${face.token}`],
        ['X-Forwarded-For', face.address],
        ['Sec-WebSocket-Protocol', 'natter.v1'],
      ],
    },
    talk,
    ANSWER_MS,
  ).catch((error: unknown) => {
    field.tell({ kind: 'silent', says: String(error), piece });
    return 'closed' as const;
  });
  if (!(opened instanceof SocketWire)) {
    tally.add('sockets refused');
    if (opened === 'closed') return;
    talk.note(wrongWithReply(opened));
    if (opened.status === 401) face.isIll = true;
    return;
  }
  tally.add('sockets');
  await talk.hold(opened, batch);
  if (talk.code === 4401 || talk.code === 4403) face.isIll = true;
}

class Talk {
  code: number | undefined;
  readonly #asked = new Map<string, Asked[]>();
  /** Acknowledged here for the first time. */
  readonly #stored = new Set<string>();
  readonly #messages: string[] = [];
  /** What was sent under an id. */
  readonly #said = new Map<string, { body?: unknown; meta?: unknown }[]>();
  #isGreeted = false;
  #last: FrameInput | undefined;

  constructor(
    private readonly field: Field,
    private readonly piece: string,
    /** Who speaks. */
    private readonly user: string,
  ) {}

  note(wrong: readonly Wrong[], input?: Buffer): void {
    for (const one of wrong) this.field.tell({ ...one, piece: this.piece, ...(input && { input }) });
  }

  async hold(wire: SocketWire, { manner, inputs, burst }: FrameBatch): Promise<void> {
    if (manner === 'chat') {
      wire.write(text('{"type":"hello","client":"fuzz/1"}'));
      await this.#wait('hello is answered', () => this.#isGreeted);
    }
    for (const [index, input] of inputs.entries()) {
      if (!wire.isOpen || this.code !== undefined) break;
      this.#say(wire, input, manner !== 'plain');
      if (index % burst === burst - 1) await nextTurn();
    }
    const hasFatal = inputs.some(({ fatal }) => fatal);
    if (manner === 'chat' && !hasFatal) this.#say(wire, lastPing, true);
    await this.#wait('every request is answered', () => this.#open().length === 0);
    for (const words of this.#messages) this.#compare(words);
    for (const { data } of this.#open())
      this.note([{ kind: 'silent', says: 'no answer, and the connection stays' }], data);
    wire.close(1_000);
    await this.#wait('the connection closes', () => false);
    if (this.code === undefined)
      this.note([{ kind: 'silent', says: 'the connection does not close' }], this.#last?.data);
    wire.end();
  }

  text(words: string): void {
    const { wrong, value } = wrongWithFrame(words);
    this.note(wrong, this.#last?.data);
    const type = String(value['type']);
    this.field.tally.add(type === 'error' ? `frame error ${String(value['code'])}` : `frame ${type}`);
    if (type === 'synced') this.#isGreeted = true;
    if (type === 'message') this.#messages.push(words);
    if (type === 'ack' && value['dup'] === undefined) this.#stored.add(String(value['id']));
    const id = answeredId(value);
    if (id === undefined) return;
    const waiting = this.#asked.get(id) ?? [];
    // Of several under one id, one that may stay silent does not take the answer of one that may not.
    const at = waiting.findIndex(({ must }) => must);
    const [asked] = waiting.splice(Math.max(0, at), 1);
    if (asked === undefined)
      return this.note([{ kind: 'shape', says: `answers what was not asked: ${words.slice(0, 300)}` }]);
    const tookMs = performance.now() - asked.atMs;
    this.field.tally.took('frame', tookMs, this.piece);
    if (tookMs > ANSWER_MS)
      this.note([{ kind: 'silent', says: `answered after ${Math.round(tookMs)} ms` }], asked.data);
  }

  closed(code: number, asked: boolean): void {
    this.code = code;
    this.field.tally.add(`closed ${code}`);
    if (!asked) this.note(wrongWithClose(code), this.#last?.data);
  }

  nonsense(says: string): void {
    this.note([{ kind: 'shape', says }], this.#last?.data);
  }

  #say(wire: SocketWire, input: FrameInput, hasAnswers: boolean): void {
    const { data, isBinary, fatal } = input;
    this.#last = input;
    const expected = hasAnswers && !isBinary ? expectedAnswer(data) : undefined;
    if (expected) {
      const { body, meta } = JSON.parse(data.toString()) as { body?: unknown; meta?: unknown };
      this.#said.set(expected.id, [...(this.#said.get(expected.id) ?? []), { body, meta }]);
      const waiting = this.#asked.get(expected.id) ?? [];
      waiting.push({ data, atMs: performance.now(), must: expected.must && !fatal });
      this.#asked.set(expected.id, waiting);
    }
    wire.write(frame(data, { opcode: isBinary ? opcodes.binary : opcodes.text }));
    this.field.tally.add('frames');
  }

  /** Text comes back exactly as it was sent, `meta` as it came. What was changed since, or stored before under this id, proves nothing. */
  #compare(words: string): void {
    const { id, body, meta, sender, edited_at, deleted } = JSON.parse(words) as Record<string, unknown>;
    const said = this.#stored.has(String(id)) ? this.#said.get(String(id)) : undefined;
    const isOwn = (sender as { id?: unknown } | undefined)?.id === this.user;
    if (said === undefined || !isOwn || edited_at !== null || deleted !== false) return;
    this.field.tally.add('texts compared');
    const isSame = said.some((one) => one.body === body && JSON.stringify(one.meta) === JSON.stringify(meta));
    if (!isSame) this.note([{ kind: 'text', says: `a message came back as ${words.slice(0, 300)}` }], this.#last?.data);
  }

  #open(): Asked[] {
    return this.code === undefined ? [...this.#asked.values()].flat().filter(({ must }) => must) : [];
  }

  /** Until something is so, the connection is closed, or the time for an answer is up. */
  async #wait(what: string, isSo: () => boolean): Promise<void> {
    await until(what, () => isSo() || this.code !== undefined, ANSWER_MS, 1).catch(() => undefined);
  }
}

const lastPing: FrameInput = {
  data: Buffer.from('{"type":"ping","id":"the-last"}'),
  isBinary: false,
  fatal: false,
};

// The rule-following client of the harness, in the shape in which the load drives all its clients.
import { RawUser, type RawUserOptions } from '../harness/raw-user.js';

/** Where it stands, or why it was refused. */
export type Answered = { seq: number } | { refusal: string };

type Answer = Awaited<ReturnType<RawUser['send']>>;

export class RuleUser {
  readonly name: string;
  readonly complaints: readonly string[] = [];
  readonly #client: RawUser;

  constructor(options: RawUserOptions) {
    this.name = options.name;
    this.#client = new RawUser(options);
  }

  start(): this {
    this.#client.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#client.stop();
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  get waitMs(): number {
    return this.#client.waitMs;
  }

  get connectionId(): string | undefined {
    return this.isReady ? this.#client.socket?.all('ready')[0]?.connection : undefined;
  }

  get unacked(): number {
    return this.#client.unacked;
  }

  get stoppedBy(): string | undefined {
    return this.#client.stoppedBy;
  }

  position(room: string): number {
    return this.#client.positions.get(room) ?? 0;
  }

  /** Resolves once it is stored, or refused for good; as do the changes. */
  async send(room: string, body: string): Promise<Answered> {
    return answered(await this.#client.send(room, body));
  }

  /** `target` is the seq of one of its own messages. */
  async edit(room: string, target: number, body: string): Promise<Answered> {
    return answered(await this.#client.edit(room, target, body));
  }

  async delete(room: string, target: number): Promise<Answered> {
    return answered(await this.#client.delete(room, target));
  }

  async react(room: string, target: number, emoji: string, op: 'add' | 'remove'): Promise<Answered> {
    return answered(await this.#client.react(room, target, emoji, op));
  }

  cut(): void {
    this.#client.socket?.cut();
  }

  pause(): void {
    this.#client.socket?.stopReading();
  }

  resume(): void {
    this.#client.socket?.readAgain();
  }
}

const answered = (answer: Answer): Answered =>
  answer.type === 'ack' ? { seq: answer.seq } : { refusal: `${answer.code} ${answer.message}` };

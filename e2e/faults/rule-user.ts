// The rule-following client of the harness, in the shape in which the load drives all its clients.
import { RawUser, type RawUserOptions } from '../harness/raw-user.js';

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

  /** Resolves with why it was refused, or undefined once it is stored. */
  async send(room: string, body: string): Promise<string | undefined> {
    const answer = await this.#client.send(room, body);
    return answer.type === 'ack' ? undefined : `${answer.code} ${answer.message}`;
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

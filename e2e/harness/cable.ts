// The network cable between one browser and the site: a plain TCP relay that can be pulled out. (What a browser calls
// offline leaves its open WebSockets alone; a pulled cable does not.)
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Cable {
  readonly #ends = new Set<Socket>();
  #isPlugged = true;
  #target: URL | undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (near) => this.#relay(near));
  }

  static async lay(): Promise<Cable> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Cable(server);
  }

  /** Where the browser goes. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  leadTo(url: string): void {
    this.#target = new URL(url);
  }

  /** Whatever goes through it breaks, and nothing gets through any more. */
  pull(): void {
    this.#isPlugged = false;
    for (const end of this.#ends) end.destroy();
  }

  plugIn(): void {
    this.#isPlugged = true;
  }

  remove(): void {
    this.pull();
    this.server.close();
  }

  #relay(near: Socket): void {
    if (!this.#isPlugged || !this.#target) return void near.destroy();
    const far = connect(Number(this.#target.port), this.#target.hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end);
      end.on('error', () => undefined); // a close follows
      end.on('close', () => {
        this.#ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }
}

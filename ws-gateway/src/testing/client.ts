// A client of the socket, as a test sees it: every frame in order, and waiting for one with a bound.
import { WebSocket } from 'ws';

export interface Frame extends Record<string, unknown> {
  type: string;
}

const waitMs = 8_000;

/** Waits until something is there. @throws when it is not in time */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  ms = waitMs,
): Promise<T> {
  const endMs = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > endMs) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export class TestClient {
  readonly frames: Frame[] = [];
  readonly pings: string[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => this.frames.push(JSON.parse(String(data)) as Frame));
    ws.on('ping', (data) => this.pings.push(data.toString()));
    ws.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    ws.on('error', () => undefined);
  }

  /** Opens a socket. @throws with the status when it is refused */
  static async open(
    url: string,
    token: string | undefined,
    options: { headers?: Record<string, string>; protocols?: string[]; autoPong?: boolean } = {},
  ) {
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...options.headers };
    const ws = new WebSocket(url, options.protocols ?? [], { headers, autoPong: options.autoPong ?? true });
    const client = new TestClient(ws);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('unexpected-response', (_, response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () =>
          reject(
            Object.assign(new Error(`refused with ${response.statusCode}`), {
              status: response.statusCode,
              headers: response.headers,
              body,
            }),
          ),
        );
      });
      ws.once('error', reject);
    });
    return client;
  }

  send(frame: object | string): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Says hello and waits for `synced`. @returns `ready` */
  async hello(rooms?: Record<string, number>): Promise<Frame> {
    this.send({ type: 'hello', client: 'test/1', ...(rooms && { rooms }) });
    await this.next('synced');
    return this.frames.find(({ type }) => type === 'ready')!;
  }

  /** The first frame of a type, with these fields. */
  next(type: string, fields: Record<string, unknown> = {}): Promise<Frame> {
    return until(
      `${type} ${JSON.stringify(fields)} among ${this.frames
        .map((frame) => frame.type)
        .slice(-20)
        .join(' ')}`,
      () =>
        this.frames.find(
          (frame) => frame.type === type && Object.entries(fields).every(([name, value]) => frame[name] === value),
        ),
    );
  }

  /** The seqs received of a room, in order of arrival. */
  seqs(room: string): number[] {
    return this.frames
      .filter((frame) => frame['room'] === room && typeof frame['seq'] === 'number' && frame.type !== 'ack')
      .map((frame) => frame['seq'] as number);
  }

  ended(): Promise<{ code: number; reason: string }> {
    return until('the close', () => this.closed);
  }
}

// A port that is open before there is a server behind it, so that a start refuses nobody: loading the modules is most of a start.
// To be made before anything else is imported; so this file imports next to nothing.
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** After a restart everybody comes at once; what the system does not queue comes back seconds later. */
const backlog = 4_096;
/** Each costs a file descriptor; more get 503. */
const maxHeld = 10_000;
/** Whoever came has an answer within 5 s; then it is 503. */
const patienceMs = 4_000;

/** Where to listen, as the environment or a read configuration has it. */
interface Address {
  HOST?: string | undefined;
  PORT?: string | number | undefined;
}

export class EarlyPort {
  private readonly server: Server;
  private readonly listening: Promise<void>;
  /** Connections that wait, in order; the value takes them off the list. */
  private readonly held = new Map<Socket, () => void>();

  /** Starts to listen, and does not complain: a bad port is for the configuration's schema to name, one that is taken for `handTo`. */
  constructor({ HOST: host = '127.0.0.1', PORT }: Address, presetPort: number) {
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) =>
      this.hold(socket),
    );
    const port = PORT === undefined ? presetPort : Number(PORT);
    this.listening = new Promise((resolve, reject) => {
      this.server.once('error', reject).listen({ host, port, backlog }, resolve);
    });
    this.listening.catch(() => undefined);
  }

  /** The server that answers from now on: it gets the port, and the connections that wait. @throws when the port is taken */
  async handTo(server: HttpServer): Promise<number> {
    await this.listening;
    const { port } = this.server.address() as AddressInfo;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.server, backlog, resolve);
    });
    for (const [socket, leave] of this.held) {
      leave();
      socket.off('error', onError);
      server.emit('connection', socket);
      socket.resume();
    }
    return port;
  }

  /** Listens no longer, and sends away who waits. Not to be called once a server has the port. */
  close(): void {
    this.server.close();
    for (const [socket, leave] of this.held) {
      leave();
      void refuse(socket);
    }
  }

  private hold(socket: Socket): void {
    socket.on('error', onError);
    if (this.held.size >= maxHeld) return void refuse(socket);
    const late = setTimeout(() => {
      leave();
      void refuse(socket);
    }, patienceMs);
    const leave = () => {
      clearTimeout(late);
      this.held.delete(socket);
      socket.off('close', leave);
    };
    socket.on('close', leave);
    this.held.set(socket, leave);
  }
}

async function refuse(socket: Socket): Promise<void> {
  const [{ randomUUID }, { NatterError }, { problemAnswer, rawProblem }] = await Promise.all([
    import('node:crypto'),
    import('@natter/contracts/errors'),
    import('./problem.js'),
  ]);
  socket.end(rawProblem(problemAnswer(new NatterError('unavailable'), randomUUID())), () => socket.destroy());
}

function onError(this: Socket): void {
  this.destroy();
}

// A line to the database that tests can cut and mend.
import { createServer, connect, type Server, type Socket } from 'node:net';

export interface CutLine {
  url: string;
  /** From now on nothing gets through: what is open breaks, what is new is refused. */
  cut: () => Promise<void>;
  mend: () => Promise<void>;
}

export async function cutLine(databaseUrl: string): Promise<CutLine> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const listen = (): Promise<void> => {
    server = createServer((socket) => {
      const onward = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        sockets.add(from);
        from.on('error', () => to.destroy()).on('close', () => (sockets.delete(from), to.destroy()));
        from.pipe(to);
      }
    });
    return new Promise((resolve) => server?.listen(port, '127.0.0.1', resolve));
  };
  await listen();
  const address = server?.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.toString(),
    cut: () =>
      new Promise((resolve) => {
        server?.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    mend: listen,
  };
}

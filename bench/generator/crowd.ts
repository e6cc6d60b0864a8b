// Many idle sockets, in processes of their own: one may open at most so many files, and an address of the loopback net has so many ports.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inTurns } from '../in-turns.js';
import { frameOf, Wire } from './wire.js';

export interface Seat {
  url: string;
  token: string;
}

interface Order {
  seats: Seat[];
  localAddress: string;
}

type Report = { opened: number } | { failed: string };

const hello = frameOf('{"type":"hello","client":"bench"}');
const openWidth = 32;
const openMs = 600_000;

export interface Crowd {
  close(): void;
}

/**
 * Opens a socket for each seat and answers when all are synced.
 *
 * @throws Error when one is refused or lost, or after ten minutes
 */
export async function openCrowd(seats: readonly Seat[], localAddress: string): Promise<Crowd> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), openMs);
  const report = await new Promise<Report>((resolve) => {
    child.once('message', (message) => resolve(message as Report));
    child.once('exit', () => resolve({ failed: 'the crowd ended' }));
    child.send({ seats: [...seats], localAddress } satisfies Order);
  });
  clearTimeout(timer);
  if ('failed' in report) {
    child.kill('SIGKILL');
    throw new Error(report.failed);
  }
  return { close: () => void child.kill('SIGKILL') };
}

async function open({ seats, localAddress }: Order): Promise<void> {
  await inTurns(
    seats,
    async ({ url, token }) => {
      const wire = await Wire.open(url, { localAddress, headers: { authorization: `Bearer ${token}` } });
      wire.send(hello);
      await new Promise<void>((resolve, reject) => {
        wire.onClose = () => reject(new Error('closed before it was synced'));
        wire.onPayload = (chunk, start, end) =>
          chunk.subarray(start, Math.min(end, start + 16)).includes('synced') && resolve();
      });
      wire.onPayload = () => undefined;
      wire.onClose = () => process.exit(1);
    },
    openWidth,
  );
}

// As the child: one order, one report, then it holds its sockets until it is killed.
process.once('message', (order: Order) => {
  open(order).then(
    () => process.send?.({ opened: order.seats.length } satisfies Report),
    (error: Error) => process.send?.({ failed: error.message } satisfies Report),
  );
});

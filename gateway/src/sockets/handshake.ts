// The way to one ws-gateway: connect, hand over the request, hear its first words. Every step has its time.
import { connect, type Socket } from 'node:net';
import type { Upstream } from './upstreams.js';

const connectMs = 2_000;

/** `refused`: nobody took the request. `silent`: somebody did, and said nothing in time. */
export type Handshake = { socket: Socket; status: number; words: Buffer } | 'refused' | 'silent';

/** Hands `head` to an upstream; the socket that comes back is paused, and `words` is all it said so far. By `deadlineMs` it is over. */
export async function handshake(upstream: Upstream, head: Buffer, deadlineMs: number): Promise<Handshake> {
  const socket = connect({ ...upstream, allowHalfOpen: true, noDelay: true });
  socket.on('error', () => socket.destroy());
  const leftMs = (): number => Math.max(0, deadlineMs - performance.now());
  if (!(await connected(socket, Math.min(connectMs, leftMs())))) return 'refused';
  socket.write(head);
  const words = await firstWords(socket, leftMs());
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(words?.toString('latin1') ?? '')?.[1]);
  if (words !== undefined && status >= 100) return { socket, status, words };
  const isGone = socket.destroyed || socket.readableEnded || words !== undefined;
  socket.destroy();
  return isGone ? 'refused' : 'silent';
}

function connected(socket: Socket, maxMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), maxMs);
    const settle = (isUp: boolean) => () => {
      clearTimeout(timer);
      resolve(isUp);
    };
    socket.once('connect', settle(true)).once('close', settle(false));
  });
}

/** What comes first, as long as a status line at least; undefined when it ends or takes too long. */
function firstWords(socket: Socket, maxMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let words = Buffer.alloc(0);
    const settle = (answer: Buffer | undefined) => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', hear).off('end', end).off('close', end);
      resolve(answer);
    };
    const end = () => settle(undefined);
    const hear = (chunk: Buffer) => {
      words = Buffer.concat([words, chunk]);
      if (words.length >= 'HTTP/1.1 101'.length) settle(words);
    };
    const timer = setTimeout(end, maxMs);
    socket.on('data', hear).on('end', end).on('close', end);
  });
}

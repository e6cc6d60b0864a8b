// A bare connection: what a client says when it does not keep to the rules, and every byte it hears.
import { connect, type Socket } from 'node:net';

export interface Raw {
  socket: Socket;
  /** What came so far, as latin1. */
  heard: () => string;
  send: (text: string | Buffer) => void;
  /** Resolves with what came once it matches, or once the connection is closed. */
  until: (pattern: RegExp) => Promise<string>;
  closed: Promise<void>;
}

const waitMs = 10_000;

export async function raw(port: number): Promise<Raw> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
    tell();
  });
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  void closed.then(tell);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    heard: () => heard,
    send: (text) => void socket.write(text),
    closed,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`did not hear ${pattern} but ${heard}`)), waitMs);
        const look = (): void => {
          if (!pattern.test(heard) && !socket.closed) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(heard);
        };
        listeners.add(look);
        look();
      }),
  };
}

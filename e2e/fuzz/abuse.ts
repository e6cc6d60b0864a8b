// What no client would do: bytes that break HTTP or WebSocket themselves. Each kind draws its bytes from a lot and says how it may end;
// `play-abuse.ts` does it.
import { onConnections } from './abuse-connections.js';
import { onSockets } from './abuse-sockets.js';
import { onUpgrades } from './abuse-upgrades.js';
import type { Lot } from './lots.js';

/**
 * On an open socket. `ends`: the server must close it; `lives`: a ping at the end must be answered; `may`: either, but something within the time
 * of an answer.
 */
export interface SocketAbuse {
  on: 'socket';
  name: string;
  end: 'ends' | 'lives' | 'may';
  /** Written in these pieces, each as a segment of its own. */
  pieces: Buffer[];
  hello: boolean;
}

/** On a bare connection: each answer must be one, and the connection closed or the last request answered. */
export interface ConnectionAbuse {
  on: 'front' | 'same';
  name: string;
  pieces: Buffer[];
  /** After the pieces: what the client does. */
  finish: 'waits' | 'ends' | 'resets';
}

export type Abuse = SocketAbuse | ConnectionAbuse;

/** A kind: what it is called, how it ends, and its bytes. */
export type Make<End> = readonly [name: string, end: End, make: (lot: Lot, who: Who) => Buffer[]];

/** Who does it: their token, and a room in which they may do everything. */
export interface Who {
  token: string;
  room: string;
}

/** So many of one, in segments of some thousand. */
export function flood(count: number, one: Buffer): Buffer[] {
  const perPiece = 5_000;
  const whole = Math.floor(count / perPiece);
  const piece = Buffer.concat(Array.from({ length: Math.min(count, perPiece) }, () => one));
  const rest = Buffer.concat(Array.from({ length: count % perPiece }, () => one));
  return [...Array.from({ length: whole }, () => piece), ...(rest.length > 0 ? [rest] : [])];
}

export function abuse(lot: Lot, who: Who): Abuse {
  if (lot.chance(0.45)) {
    const [name, end, make] = lot.pick(onSockets);
    return { on: 'socket', name, end, pieces: make(lot, who), hello: end !== 'lives' ? lot.chance(0.7) : true };
  }
  const [name, finish, make] = lot.pick(lot.chance(0.4) ? onUpgrades : onConnections);
  return { on: lot.chance(0.7) ? 'front' : 'same', name, finish, pieces: make(lot, who) };
}

export const abuseNames: readonly string[] = [...onSockets, ...onConnections, ...onUpgrades].map(([name]) => name);

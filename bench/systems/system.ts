// What is measured: a chat server of some kind, started afresh for every round, with rooms and members on it.
import type { Member } from '../generator/member.js';
import type { WireOptions } from '../generator/wire.js';

/** So many rooms of so many members each. */
export interface Layout {
  rooms: number;
  members: number;
}

export interface Running {
  /** Every process of the server, by name; what they started counts with them. */
  readonly pids: ReadonlyMap<string, number>;
  /** Opens a socket of a room's member, past all that has to be said first. */
  open(room: number, member: number, options?: WireOptions): Promise<Member>;
  stop(): Promise<void>;
}

export interface System {
  readonly name: string;
  /** What it is, for the report. */
  readonly says: string;
  /** Why it cannot run here; undefined when it can. */
  obstacle(): string | undefined;
  /** Fresh processes; data may be kept from the last start. */
  start(layout: Layout, gateways?: number): Promise<Running>;
  /** Removes what it kept. */
  end(): Promise<void>;
}

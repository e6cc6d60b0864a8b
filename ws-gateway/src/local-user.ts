// A user with sockets on this instance.
import type { OwnUser, RemovalReason } from '@natter/contracts/events';
import type { Connection } from './connection.js';

/** A user's place in a room, kept while a socket of theirs is in it. */
export interface Place {
  /** Where the log says that they came in. */
  readonly joinedSeq: number;
  /** The log's end when they were last known to be a member: what it says of them up to here is history. */
  readonly knownAt: number;
  /** Sockets of theirs in the room. */
  sockets: number;
}

export class LocalUser {
  /** All sockets, oldest first. */
  readonly connections = new Set<Connection>();
  readonly rooms = new Map<string, Place>();
  /** Rooms they came into without their sockets having been told; and why they are out again, should they be. */
  readonly passed = new Map<string, RemovalReason | undefined>();
  /** Rises whenever something is heard that a read of the memberships, begun before, may not contain. */
  version = 0;
  private known: { account: OwnUser; version: number } | undefined;
  /** A read of the memberships is under way. */
  isRefreshing = false;

  constructor(readonly id: string) {}

  /** The newest that anybody said of the account; undefined before it was read. */
  get account(): OwnUser | undefined {
    return this.known?.account;
  }

  /** Takes what somebody says of the account. @returns false when as much, or more, is known already */
  learn(account: OwnUser, version: number): boolean {
    if (this.known !== undefined && this.known.version >= version) return false;
    this.known = { account, version };
    return true;
  }
}

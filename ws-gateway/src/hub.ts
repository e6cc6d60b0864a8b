// Who is on this instance: users, their sockets, and the feeds of the rooms they are in.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { RemovalReason } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import type { MemberMove } from '@natter/contracts/messages';
import type { Connection } from './connection.js';
import { LocalUser } from './local-user.js';
import { LogReader, type Page } from './log-reader.js';
import { GatewayMetrics } from './metrics.js';
import { removalOf, type Resume } from './resume.js';
import { type FeedContext, RoomFeed } from './room-feed.js';
import { Turn } from './turn.js';

/** A feed is kept this long after its last socket has gone: people reload pages. */
const emptyFeedMs = 10_000;
const feedSweepMs = 2_000;

/** What of a membership decides where a socket stands. */
export interface Entrance {
  id: string;
  last_seq: number;
  joined_seq: number;
}

/** Who is told of changes. */
export interface HubListener {
  connectionChanged?(connection: Connection): void;
  /** An open one counts as away, or no longer. */
  awayChanged?(connection: Connection): void;
  roomChanged?(room: string): void;
  /** What we know of the user's memberships may be out of date. */
  userStale?(user: LocalUser): void;
}

@Injectable()
export class Hub implements FeedContext, OnApplicationShutdown {
  readonly users = new Map<string, LocalUser>();
  readonly connections = new Map<string, Connection>();
  readonly feeds = new Map<string, RoomFeed>();
  /** What a write to one socket takes: 4 to 14 µs by machine and size. Tests make every room a large one with it. */
  writeMs = 0.01;
  private readonly sessions = new Map<string, Set<Connection>>();
  private readonly listeners: HubListener[] = [];
  private readonly timer = setInterval(() => this.dropEmptyFeeds(performance.now()), feedSweepMs);

  constructor(
    readonly reader: LogReader,
    readonly turn: Turn,
    readonly metrics: GatewayMetrics,
  ) {}

  listen(listener: HubListener): void {
    this.listeners.push(listener);
  }

  /** The user's record here, made when this is their first socket. */
  userOf(id: string): LocalUser {
    let user = this.users.get(id);
    if (user === undefined) this.users.set(id, (user = new LocalUser(id)));
    return user;
  }

  /** Adds a socket; above the limit of its user the oldest goes. */
  add(connection: Connection): void {
    const { user } = connection;
    this.connections.set(connection.id, connection);
    user.connections.add(connection);
    const ofSession = this.sessions.get(connection.session);
    if (ofSession === undefined) this.sessions.set(connection.session, new Set([connection]));
    else ofSession.add(connection);
    for (const listener of this.listeners) listener.connectionChanged?.(connection);
    if (user.connections.size > limits.connections) this.oldest(user)?.close('too_many_connections');
  }

  /** Takes a socket out of everything. */
  remove(connection: Connection): void {
    const { user } = connection;
    if (!this.connections.delete(connection.id)) return;
    for (const room of new Set([...user.rooms.keys(), ...connection.resumes.keys()])) this.leave(connection, room);
    user.connections.delete(connection);
    if (user.connections.size === 0) this.users.delete(user.id);
    const ofSession = this.sessions.get(connection.session);
    if (ofSession?.delete(connection) && ofSession.size === 0) this.sessions.delete(connection.session);
    for (const listener of this.listeners) listener.connectionChanged?.(connection);
  }

  setAway(connection: Connection, isAway: boolean): void {
    if (connection.isAway === isAway) return;
    connection.isAway = isAway;
    for (const listener of this.listeners) listener.awayChanged?.(connection);
  }

  ofSession(session: string): Connection[] {
    return [...(this.sessions.get(session) ?? [])];
  }

  /** Puts a socket into a room. Parameters and answer as of `RoomFeed.enter`. */
  enter(connection: Connection, room: Entrance, position: number, hold = false): Resume | undefined {
    const { user } = connection;
    const feed = this.feedOf(room);
    if (!feed.has(connection)) {
      const place = user.rooms.get(room.id);
      if (place !== undefined) place.sockets++;
      else user.rooms.set(room.id, { joinedSeq: room.joined_seq, knownAt: room.last_seq, sockets: 1 });
    }
    return feed.enter(connection, position, room.last_seq, hold);
  }

  /** A socket that is behind and has a removal before it, and may now come in again, is told of the removal first. */
  hastenRemoval(connection: Connection, room: string): void {
    const leftover = connection.resumes.get(room);
    if (leftover?.end) this.removalReached(leftover.feed, leftover);
  }

  isIn(connection: Connection, room: string): boolean {
    return this.feeds.get(room)?.has(connection) === true;
  }

  /** Somebody says that a user is no longer in a room, and the room's log has been read to its end without saying so. */
  forget(user: LocalUser, room: string): void {
    const feed = this.feeds.get(room);
    if (feed !== undefined) this.removed(user, feed, feed.seq, 'left');
    else user.rooms.delete(room);
  }

  moved(feed: RoomFeed, seq: number, move: MemberMove): void {
    const user = this.users.get(move.user);
    if (user === undefined) return;
    user.version++;
    const place = user.rooms.get(feed.room);
    const reason = removalOf(move);
    this.pass(user, feed.room, move);
    if (reason !== undefined) {
      if (place !== undefined && seq > place.knownAt) this.removed(user, feed, seq, reason);
    } else if (place === undefined && (move.change === 'joined' || move.change === 'added')) {
      this.stale(user);
    }
  }

  /** Somebody came into a room in which none of their sockets is yet, or is out of it again: who is told of neither would take the first for true. */
  pass(user: LocalUser, room: string, move: Pick<MemberMove, 'change'>): void {
    if (user.rooms.has(room)) return;
    const reason = removalOf(move);
    if (move.change === 'joined' || move.change === 'added') user.passed.set(room, undefined);
    else if (reason !== undefined && user.passed.has(room)) user.passed.set(room, reason);
  }

  /** Tells the sockets of rooms that were come into and left again before anybody could be told; `present`: those they are in. */
  tellPassed(user: LocalUser, present: ReadonlySet<string>): void {
    for (const [room, reason] of user.passed) {
      if (present.has(room)) user.passed.delete(room);
      else if (reason !== undefined) {
        user.passed.delete(room);
        for (const connection of user.connections) if (connection.isInAllRooms) tellRemoved(connection, room, reason);
      } // else what was read may be older
    }
  }

  checkMoves(feed: RoomFeed, resume: Resume, page: Page): void {
    const { user } = resume.connection;
    for (const [seq, move] of page.moves) {
      const place = user.rooms.get(feed.room);
      if (move.user !== user.id || place === undefined) continue;
      const reason = removalOf(move);
      if (reason === undefined || seq <= resume.position || seq <= place.knownAt) continue;
      // The feed passed this place before the user's sockets were in it.
      this.removed(user, feed, seq, reason);
      this.stale(user);
    }
  }

  removalReached(feed: RoomFeed, resume: Resume): void {
    const { connection, end } = resume;
    if (feed.leave(connection) && end !== null) tellRemoved(connection, feed.room, end.reason);
  }

  deleted(room: string): void {
    const feed = this.feeds.get(room);
    if (feed === undefined) return;
    for (const connection of [...feed.live, ...feed.resumes.keys()]) {
      feed.leave(connection);
      connection.user.rooms.delete(room);
      connection.user.version++;
      tellRemoved(connection, room, 'deleted');
    }
    this.drop(feed);
  }

  stale(user: LocalUser): void {
    for (const listener of this.listeners) listener.userStale?.(user);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    for (const feed of this.feeds.values()) feed.close();
  }

  private removed(user: LocalUser, feed: RoomFeed, seq: number, reason: RemovalReason): void {
    user.rooms.delete(feed.room);
    user.version++;
    feed.settle(); // who reads too slowly for what is pending goes the way of a resume, up to the removal
    for (const connection of user.connections) {
      const resume = feed.resumes.get(connection);
      if (resume !== undefined) resume.endAt({ seq, reason });
      else if (feed.leave(connection)) tellRemoved(connection, feed.room, reason);
    }
  }

  private leave(connection: Connection, room: string): void {
    if (this.feeds.get(room)?.leave(connection) !== true) return;
    const place = connection.user.rooms.get(room);
    if (place !== undefined && --place.sockets === 0) connection.user.rooms.delete(room);
  }

  private feedOf(room: Entrance): RoomFeed {
    let feed = this.feeds.get(room.id);
    if (feed === undefined) {
      feed = new RoomFeed(room.id, room.last_seq, this);
      this.feeds.set(room.id, feed);
      for (const listener of this.listeners) listener.roomChanged?.(room.id);
    }
    return feed;
  }

  private dropEmptyFeeds(nowMs: number): void {
    for (const feed of this.feeds.values())
      if (feed.isEmpty && nowMs - feed.emptySinceMs > emptyFeedMs) this.drop(feed);
  }

  private drop(feed: RoomFeed): void {
    feed.close();
    this.feeds.delete(feed.room);
    for (const listener of this.listeners) listener.roomChanged?.(feed.room);
  }

  private oldest(user: LocalUser): Connection | undefined {
    return user.connections.values().next().value;
  }
}

function tellRemoved(connection: Connection, room: string, reason: RemovalReason): void {
  if (connection.only !== undefined) connection.close('room_gone');
  else connection.push({ type: 'room_removed', room, reason });
}

// What happened, as the clients saw it: every send with its answer and every frame received, in the order
// of happening. Facts only: what they prove is the business of history-checker.ts.
import type { Outcome } from '@natter/contracts/errors';
import type { LogEvent } from '@natter/contracts/events';
import type { StoringFrame } from '@natter/contracts/frames';

/** An event of a room's log, reduced to what all its readers must agree on. */
export interface SeenEvent {
  room: string;
  seq: number;
  ts: string;
  type: string;
  /** Of a message: the id its sender made. */
  id?: string;
  /** Who did it: a user id. */
  sender: string;
  /** Of an edit, a deletion, a reaction: the seq it is about; of a member event: whose membership. */
  target?: number | string;
  /** Of a member event: what became of the membership. */
  change?: string;
  /** Of a message, and of an edit; absent when it is deleted. */
  body?: string;
  deleted?: boolean;
}

/** What may be asked of a message that was said. */
export type Change = 'edit' | 'delete' | 'react';

/**
 * One thing that happened on a connection. A `reader` is one device of a user: it keeps its positions from
 * one connection to the next. A send by REST counts as a connection of its own.
 */
export type Fact =
  | { kind: 'opened'; connection: string; reader: string; user: string }
  /** The place a room starts from: told by `ready` or `room_added`, or asked for in `hello`. */
  | { kind: 'positioned'; connection: string; room: string; seq: number }
  /** A `sync` was sent: from some frame on, before its `synced`, the events start anew after `seq`. */
  | { kind: 'syncing'; connection: string; room: string; seq: number }
  | { kind: 'synced'; connection: string; room: string; seq: number; reset: boolean }
  | { kind: 'removed'; connection: string; room: string }
  | { kind: 'received'; connection: string; event: SeenEvent }
  | { kind: 'sent'; connection: string; room: string; id: string; body: string }
  /** `body`: the new words of an edit. */
  | { kind: 'changing'; connection: string; room: string; id: string; change: Change; target: number; body?: string }
  /** Somebody asks, by REST, to be let into a room. */
  | { kind: 'joining'; connection: string; room: string; user: string }
  | { kind: 'acked'; connection: string; room: string; id: string; seq: number; ts: string; dup: boolean }
  | { kind: 'failed'; connection: string; id: string; code: string; outcome: Outcome }
  | { kind: 'closed'; connection: string; code: number };

/** Facts in order; one for a whole run, shared by all its clients. */
export class History {
  readonly facts: Fact[] = [];

  record(fact: Fact): void {
    this.facts.push(fact);
  }

  count(kind: Fact['kind']): number {
    return this.facts.filter((fact) => fact.kind === kind).length;
  }
}

/** What somebody asks to be stored. */
export function asked(connection: string, frame: StoringFrame): Fact {
  const { type, room, id } = frame;
  if (type === 'send') return { kind: 'sent', connection, room, id, body: frame.body };
  const body = 'body' in frame ? { body: frame.body } : {};
  return { kind: 'changing', connection, room, id, change: type, target: frame.target, ...body };
}

/** What of an event, as socket and REST show it, its readers must agree on. */
export function seen(event: LogEvent): SeenEvent {
  const place = { room: event.room, seq: event.seq, ts: event.ts, type: event.type };
  switch (event.type) {
    case 'message': {
      const body = event.body === undefined ? {} : { body: event.body };
      return { ...place, id: event.id, sender: event.sender.id, deleted: event.deleted, ...body };
    }
    case 'member':
      return { ...place, sender: event.by.id, target: event.user.id, change: event.change };
    case 'room':
      return { ...place, sender: event.by.id };
    default: {
      const body = 'body' in event && event.body !== undefined ? { body: event.body } : {};
      return { ...place, sender: event.by.id, target: event.target, ...body };
    }
  }
}

// An event as every reader of the log takes it from the database: its row, and what has become of the message that it is, or is about.
import type { Marks, PlacedEvent } from './payload.js';

export interface EventRow {
  seq: number;
  type: PlacedEvent['type'];
  ts: Date;
  payload: string;
  target: number | null;
  about: string | null;
  marked: boolean;
  reactions: Marks['reactions'];
  replies: Marks['replies'];
}

/** Columns of `log l` that make an `EventRow`. Most messages have nothing to look up. */
export const eventColumns = `l.seq, l.type, l.ts, l.payload, l.target, l.marked,
  CASE WHEN l.type = 'edited' THEN (SELECT t.payload FROM log t WHERE t.room = l.room AND t.seq = l.target) END AS about,
  CASE WHEN l.marked THEN (
    SELECT json_build_object('count', t.replies, 'last_seq', t.last_seq) FROM threads t WHERE t.room = l.room AND t.root = l.seq
  ) END AS replies,
  CASE WHEN l.marked THEN (
    SELECT json_object_agg(e.emoji, e.users ORDER BY e.since) FROM (
      SELECT emoji, json_agg(usr ORDER BY seq) AS users, min(seq) AS since FROM reactions
      WHERE room = l.room AND target = l.seq AND given GROUP BY emoji
    ) e
  ) END AS reactions`;

export const eventOf = (room: string, row: EventRow): PlacedEvent => {
  const { seq, type, ts, payload, target, about, marked, reactions, replies } = row;
  return {
    room,
    seq,
    type,
    ts: ts.toISOString(),
    payload,
    target,
    about,
    marks: marked ? { reactions, replies } : undefined,
  };
};

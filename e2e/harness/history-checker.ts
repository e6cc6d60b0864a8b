// Compares what the clients saw with what is there at the end, and says everything that breaks P1–P7 and P12.
// Pure functions over data: the checker itself is tested with planted faults.
import { checkChanges, editsOf } from './change-checker.js';
import type { Finding } from './finding.js';
import type { Fact, SeenEvent } from './history.js';
import { checkRemovals } from './removal-checker.js';
import { checkWire } from './wire-checker.js';

/** One room as somebody reads it by REST at the end; `all`: every event, else its messages only. */
export interface Reading {
  by: string;
  room: string;
  shows: 'all' | 'messages';
  events: SeenEvent[];
}

/** What is there at the end: the rows of the database, and what readers are shown. */
export interface Truth {
  log: SeenEvent[];
  readings: Reading[];
}

export function checkHistory(facts: readonly Fact[], truth: Truth): Finding[] {
  const rooms = groupBy(truth.log, (event) => event.room);
  for (const log of rooms.values()) log.sort((a, b) => a.seq - b.seq);
  const at = (room: string, seq: number): SeenEvent | undefined => placeOf.get(`${room} ${seq}`);
  const placeOf = new Map(truth.log.map((event) => [`${event.room} ${event.seq}`, event]));
  return [
    ...[...rooms].flatMap(([room, log]) => checkLog(room, log)),
    ...checkSends(facts, truth.log),
    ...checkChanges(facts, truth.log, at),
    ...checkRemovals(facts, truth.log),
    ...checkWire(facts, new Map([...rooms].map(([room, log]) => [room, log.at(-1)?.seq ?? 0]))),
    ...checkAgreement(facts, truth, at),
    ...truth.readings.flatMap((reading) => checkReading(reading, rooms.get(reading.room) ?? [])),
  ];
}

/** P2, P3, P12: seqs 1…n, each `(sender, id)` once, `ts` never falling. */
function checkLog(room: string, log: readonly SeenEvent[]): Finding[] {
  const findings: Finding[] = [];
  const firstSeq = new Map<string, number>();
  let before = { seq: 0, ts: '' };
  for (const event of log) {
    const { seq, ts } = event;
    if (seq === before.seq) findings.push({ kind: 'doubled', room, seq, says: `seq ${seq} stands twice` });
    else if (seq !== before.seq + 1)
      findings.push({ kind: 'hole', room, seq, says: `after seq ${before.seq} comes ${seq}` });
    if (ts < before.ts) findings.push({ kind: 'out_of_order', room, seq, says: `ts falls at seq ${seq} to ${ts}` });
    if (event.id !== undefined) {
      const key = `${event.sender} ${event.id}`;
      const first = firstSeq.get(key);
      if (first !== undefined && first !== seq)
        findings.push({ kind: 'doubled', room, seq, says: `message ${event.id} stands at ${first} and at ${seq}` });
      else firstSeq.set(key, seq);
    }
    before = { seq, ts };
  }
  return findings;
}

interface Send {
  sender: string;
  connection: string;
  room: string;
  id: string;
  body: string;
  answer: Extract<Fact, { kind: 'acked' | 'failed' }> | undefined;
}

/** P1, P2, P6, P7: each ack is kept and tells one place; what is stored was sent and not refused. */
function checkSends(facts: readonly Fact[], log: readonly SeenEvent[]): Finding[] {
  const sends = sendsOf(facts);
  const byId = groupBy(sends, (send) => `${send.sender} ${send.id}`);
  const stored = new Map(log.filter((event) => event.id !== undefined).map((e) => [`${e.sender} ${e.id}`, e]));
  return [...lostOrTwice(byId, stored, editsOf(facts)), ...phantoms(byId, stored), ...ackOrder(sends)];
}

function sendsOf(facts: readonly Fact[]): Send[] {
  const userOf = new Map<string, string>();
  const waiting = new Map<string, Send[]>();
  const sends: Send[] = [];
  for (const fact of facts) {
    if (fact.kind === 'opened') userOf.set(fact.connection, fact.user);
    if (fact.kind === 'sent') {
      const { connection, room, id, body } = fact;
      const send = { sender: userOf.get(connection) ?? '?', connection, room, id, body, answer: undefined };
      sends.push(send);
      waiting.set(`${connection} ${id}`, [...(waiting.get(`${connection} ${id}`) ?? []), send]);
    }
    if (fact.kind === 'acked' || fact.kind === 'failed') {
      const asked = waiting.get(`${fact.connection} ${fact.id}`)?.shift();
      if (asked) asked.answer = fact;
    }
  }
  return sends;
}

function lostOrTwice(
  byId: Map<string, Send[]>,
  stored: Map<string, SeenEvent>,
  edits: ReadonlyMap<string, ReadonlySet<string>>,
): Finding[] {
  const findings: Finding[] = [];
  for (const [key, sends] of byId) {
    const acks = sends.flatMap(({ answer }) => (answer?.kind === 'acked' ? [answer] : []));
    const first = acks[0];
    if (!first) continue;
    const { room, seq, id, ts } = first;
    const other = acks.find((ack) => ack.seq !== seq || ack.ts !== ts || ack.room !== room);
    if (other) findings.push({ kind: 'doubled', room, seq, says: `${id} was acked at ${seq} and at ${other.seq}` });
    const row = stored.get(key);
    if (!row) findings.push({ kind: 'lost', room, seq, says: `${id} was acked at ${seq} and is not in the log` });
    else if (row.room !== room || row.seq !== seq || row.ts !== ts)
      findings.push({
        kind: 'lost',
        room,
        seq,
        says: `${id} was acked at ${seq} ${ts}, stands at ${row.seq} ${row.ts}`,
      });
    else if (
      row.body !== undefined &&
      !sends.some((send) => send.body === row.body) &&
      edits.get(`${room} ${seq}`)?.has(row.body) !== true
    )
      findings.push({ kind: 'lost', room, seq, says: `${id} at ${seq} has other words than were sent` });
  }
  return findings;
}

function phantoms(byId: Map<string, Send[]>, stored: Map<string, SeenEvent>): Finding[] {
  return [...stored].flatMap(([key, { room, seq, id }]): Finding[] => {
    const sends = byId.get(key);
    if (!sends) return [{ kind: 'phantom', room, seq, says: `nobody sent ${id}, which stands at ${seq}` }];
    const refused = sends.every(({ answer }) => answer?.kind === 'failed' && answer.outcome === 'refused');
    return refused ? [{ kind: 'phantom', room, seq, says: `${id} was refused and stands at ${seq}` }] : [];
  });
}

/** P6. A repeat (`dup`) was numbered when it was first sent, so only new messages must come after all acked before. */
function ackOrder(sends: readonly Send[]): Finding[] {
  const highest = new Map<string, number>();
  return sends.flatMap(({ connection, room, id, answer }): Finding[] => {
    if (answer?.kind !== 'acked') return [];
    const before = highest.get(`${connection} ${room}`) ?? 0;
    highest.set(`${connection} ${room}`, Math.max(before, answer.seq));
    if (answer.dup || answer.seq > before) return [];
    const says = `${id} was sent after the message at ${before} on ${connection}, and stands at ${answer.seq}`;
    return [{ kind: 'out_of_order', room, seq: answer.seq, says }];
  });
}

/**
 * P3, P10: every reader, live or by REST, sees at a seq what the database holds there; live, the words may be older ones,
 * as long as they were the message's.
 */
function checkAgreement(
  facts: readonly Fact[],
  { log, readings }: Truth,
  at: (room: string, seq: number) => SeenEvent | undefined,
): Finding[] {
  const deleted = new Set(log.filter((e) => e.type === 'deleted').map((e) => `${e.room} ${e.target}`));
  const isDeleted = ({ room, seq }: SeenEvent): boolean => deleted.has(`${room} ${seq}`);
  const edits = editsOf(facts);
  const first = firstWords(facts, log);
  const compare = (event: SeenEvent, by: string, mayBeOld: boolean): Finding[] => {
    const { room, seq } = event;
    const truth = at(room, seq);
    if (!truth) return [{ kind: 'phantom', room, seq, says: `${by} saw seq ${seq}, which the log does not hold` }];
    const differs = (['type', 'ts', 'id', 'sender', 'target', 'change'] as const).find(
      (key) => event[key] !== truth[key],
    );
    if (differs) return [{ kind: 'disagreement', room, seq, says: `${by} saw another ${differs} at ${seq}` }];
    const about = event.type === 'edited' ? at(room, Number(event.target)) : truth;
    if (!about || isDeleted(about)) return [];
    const isOld = edits.get(`${room} ${about.seq}`)?.has(event.body ?? '') === true || first.get(about) === event.body;
    const otherWords = event.body !== about.body && !(mayBeOld && isOld);
    return otherWords ? [{ kind: 'disagreement', room, seq, says: `${by} saw another body at ${seq}` }] : [];
  };
  const revived = (event: SeenEvent, by: string): Finding[] =>
    isDeleted(event) && event.body !== undefined
      ? [{ kind: 'resurrected', room: event.room, seq: event.seq, says: `${by} was shown deleted seq ${event.seq}` }]
      : [];
  return [
    ...facts.flatMap((fact) => (fact.kind === 'received' ? compare(fact.event, fact.connection, true) : [])),
    ...readings.flatMap(({ by, events }) => events.flatMap((e) => [...compare(e, by, false), ...revived(e, by)])),
  ];
}

/** What each message said before anybody edited it. */
function firstWords(facts: readonly Fact[], log: readonly SeenEvent[]): Map<SeenEvent, string> {
  const byId = new Map(log.flatMap((event) => (event.id === undefined ? [] : [[event.id, event] as const])));
  const words = new Map<SeenEvent, string>();
  for (const fact of facts) {
    const event = fact.kind === 'sent' ? byId.get(fact.id) : undefined;
    if (event && fact.kind === 'sent') words.set(event, fact.body);
  }
  return words;
}

/** P3, P8: a reading is complete, and in order. */
function checkReading({ by, room, shows, events }: Reading, log: readonly SeenEvent[]): Finding[] {
  const expected = log.filter((event) => shows === 'all' || event.type === 'message').map(({ seq }) => seq);
  const shown = new Set(events.map(({ seq }) => seq));
  const absent = expected.filter((seq) => !shown.has(seq));
  const inOrder = events.every((event, index) => index === 0 || event.seq > (events[index - 1]?.seq ?? 0));
  return [
    ...absent.map((seq): Finding => ({ kind: 'missing', room, seq, says: `${by} is not shown seq ${seq} by REST` })),
    ...(inOrder ? [] : [{ kind: 'out_of_order' as const, room, says: `${by} is shown ${room} out of order by REST` }]),
  ];
}

function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

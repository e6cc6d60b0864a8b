// The part of the checker for what becomes of messages: an acknowledged edit, deletion or reaction stands where it was
// acknowledged (P1, P2), nobody's stands there unasked (P7), and a deleted message shows its words to no one any more (P10).
import type { Finding } from './finding.js';
import type { Change, Fact, SeenEvent } from './history.js';

/** What a change is called in the log. */
const TYPES: Readonly<Record<Change, string>> = { edit: 'edited', delete: 'deleted', react: 'reaction' };

interface Asked {
  sender: string;
  room: string;
  id: string;
  change: Change;
  target: number;
  answers: Extract<Fact, { kind: 'acked' | 'failed' }>[];
}

export function checkChanges(
  facts: readonly Fact[],
  log: readonly SeenEvent[],
  at: (room: string, seq: number) => SeenEvent | undefined,
): Finding[] {
  const asked = askedOf(facts);
  return [...asked.flatMap((one) => checkAcks(one, at)), ...unasked(asked, log), ...resurrected(facts)];
}

/** The words a message may show, by room and seq: those of its edits. */
export function editsOf(facts: readonly Fact[]): Map<string, Set<string>> {
  const words = new Map<string, Set<string>>();
  for (const fact of facts) {
    if (fact.kind !== 'changing' || fact.body === undefined) continue;
    const key = `${fact.room} ${fact.target}`;
    words.set(key, (words.get(key) ?? new Set()).add(fact.body));
  }
  return words;
}

/** One entry for each id, however often it was repeated. */
function askedOf(facts: readonly Fact[]): Asked[] {
  const userOf = new Map<string, string>();
  const byConnection = new Map<string, Asked>();
  const byId = new Map<string, Asked>();
  for (const fact of facts) {
    if (fact.kind === 'opened') userOf.set(fact.connection, fact.user);
    if (fact.kind === 'changing') {
      const { connection, room, id, change, target } = fact;
      const sender = userOf.get(connection) ?? '?';
      const one = byId.get(`${sender} ${id}`) ?? { sender, room, id, change, target, answers: [] };
      byId.set(`${sender} ${id}`, one);
      byConnection.set(`${connection} ${id}`, one);
    }
    if (fact.kind === 'acked' || fact.kind === 'failed')
      byConnection.get(`${fact.connection} ${fact.id}`)?.answers.push(fact);
  }
  return [...byId.values()];
}

function checkAcks(
  { sender, room, id, change, target, answers }: Asked,
  at: (room: string, seq: number) => SeenEvent | undefined,
): Finding[] {
  const acks = answers.flatMap((answer) => (answer.kind === 'acked' ? [answer] : []));
  const [first] = acks;
  if (!first) return [];
  const { seq, ts } = first;
  const other = acks.find((ack) => ack.seq !== seq || ack.ts !== ts);
  if (other) return [{ kind: 'doubled', room, seq, says: `${change} ${id} was acked at ${seq} and at ${other.seq}` }];
  const row = at(room, seq);
  const isIt = row?.type === TYPES[change] && row.target === target && row.sender === sender && row.ts === ts;
  return isIt
    ? []
    : [{ kind: 'lost', room, seq, says: `${change} ${id} of ${target} was acked at ${seq} and is not there` }];
}

/** What stands in the log and nobody asked for, or more often than it was asked for. */
function unasked(asked: readonly Asked[], log: readonly SeenEvent[]): Finding[] {
  const left = new Map<string, number>();
  for (const { sender, room, change, target, answers } of asked) {
    if (answers.length > 0 && answers.every((answer) => answer.kind === 'failed' && answer.outcome === 'refused'))
      continue;
    const key = `${sender} ${room} ${TYPES[change]} ${target}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  const wanted = new Set(left.keys());
  return log.flatMap(({ sender, room, seq, type, target }): Finding[] => {
    if (!Object.values(TYPES).includes(type)) return [];
    const key = `${sender} ${room} ${type} ${target}`;
    const rest = left.get(key) ?? 0;
    left.set(key, rest - 1);
    if (rest > 0) return [];
    const kind = wanted.has(key) ? 'doubled' : 'phantom';
    return [{ kind, room, seq, says: `${type} of ${target} stands at ${seq}, once more than it was asked for` }];
  });
}

/**
 * P10 on the wire: whoever connects once a deletion is acknowledged, or has been told of it, is not shown the words. (What
 * was under way when it was acknowledged may still arrive.)
 */
function resurrected(facts: readonly Fact[]): Finding[] {
  const deleting = new Map<string, string>();
  const gone = new Set<string>();
  /** By connection: what was gone when it opened, or was told on it. */
  const knows = new Map<string, Set<string>>();
  const findings: Finding[] = [];
  for (const fact of facts) {
    if (fact.kind === 'opened') knows.set(fact.connection, new Set(gone));
    if (fact.kind === 'changing' && fact.change === 'delete')
      deleting.set(`${fact.connection} ${fact.id}`, `${fact.room} ${fact.target}`);
    if (fact.kind === 'acked') {
      const deleted = deleting.get(`${fact.connection} ${fact.id}`);
      if (deleted !== undefined) gone.add(deleted);
    }
    if (fact.kind !== 'received') continue;
    const { room, seq, type, target, body } = fact.event;
    const known = knows.get(fact.connection);
    if (type === 'deleted') known?.add(`${room} ${target}`);
    const about = type === 'edited' ? target : seq;
    if (body === undefined || !known?.has(`${room} ${about}`)) continue;
    findings.push({
      kind: 'resurrected',
      room,
      seq,
      says: `${fact.connection} was shown the words of deleted seq ${about}`,
    });
  }
  return findings;
}

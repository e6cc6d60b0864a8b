// The part of the checker for those who were taken out of a room: nothing that was said after their removal reaches them
// until they ask to be let in again (P9).
import type { Finding } from './finding.js';
import type { Fact, SeenEvent } from './history.js';

/** Somebody was out for the seqs after `from` and before `to`; at the fact `asksAt` they asked to come in again. */
interface Absence {
  from: number;
  to: number;
  asksAt: number;
}

const INS = ['joined', 'added'];
const OUTS = ['left', 'kicked', 'banned'];

export function checkRemovals(facts: readonly Fact[], log: readonly SeenEvent[]): Finding[] {
  const absences = absencesOf(facts, log);
  if (absences.size === 0) return [];
  const userOf = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [index, fact] of facts.entries()) {
    if (fact.kind === 'opened') userOf.set(fact.connection, fact.user);
    if (fact.kind !== 'received') continue;
    const { room, seq } = fact.event;
    const own = absences.get(`${userOf.get(fact.connection)} ${room}`) ?? [];
    if (!own.some(({ from, to, asksAt }) => seq > from && seq < to && index < asksAt)) continue;
    findings.push({ kind: 'leaked', room, seq, says: `${fact.connection} was sent seq ${seq} while out of the room` });
  }
  return findings;
}

/** By user and room; whoever never asked to come in is nobody's business here. */
function absencesOf(facts: readonly Fact[], log: readonly SeenEvent[]): Map<string, Absence[]> {
  const asks = new Map<string, number[]>();
  for (const [index, fact] of facts.entries()) {
    if (fact.kind !== 'joining') continue;
    const key = `${fact.user} ${fact.room}`;
    asks.set(key, [...(asks.get(key) ?? []), index]);
  }
  const absences = new Map<string, Absence[]>();
  const moves = log.filter(({ type }) => type === 'member').sort((a, b) => a.seq - b.seq);
  for (const { room, seq, target, change = '' } of moves) {
    const key = `${target} ${room}`;
    const asked = asks.get(key);
    if (!asked) continue;
    const own = absences.get(key) ?? [];
    const last = own.at(-1);
    // The first time in opens no absence and closes none; each later one answers the next request.
    if (OUTS.includes(change)) own.push({ from: seq, to: Infinity, asksAt: asked[own.length + 1] ?? Infinity });
    if (INS.includes(change) && last) last.to = seq;
    absences.set(key, own);
  }
  return absences;
}

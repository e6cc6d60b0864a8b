// Planted faults in what becomes of messages: each of them has to be found, and nothing else.
import { describe, expect, it } from 'vitest';
import type { Change, Fact, SeenEvent } from './history.js';
import { checkHistory } from './history-checker.js';
import { playSteps, type Played } from './ideal-server.js';

const room = 'room-0';
const TARGET = 3;
const ID = 'change-1';
const TYPES = { edit: 'edited', delete: 'deleted', react: 'reaction' };

/** Three readers, three messages of the first; then she changes the second of them, and everybody is told. */
function changedRun(change: Change, body?: string): Played & { event: SeenEvent; hers: string; said: string } {
  const say = { do: 'send', reader: 0, room: 0, fate: 'acked' } as const;
  const { facts, truth } = playSteps([say, say, say]);
  const before = truth.log.filter((event) => event.room === room);
  const last = before.at(-1);
  const connections = new Map(facts.flatMap((fact) => (fact.kind === 'opened' ? [[fact.user, fact.connection]] : [])));
  const hers = connections.get('user-0') ?? '';
  const seq = before.length + 1;
  const ts = last?.ts ?? '';
  const words = body === undefined ? {} : { body };
  const event: SeenEvent = { room, seq, ts, type: TYPES[change], sender: 'user-0', target: TARGET, ...words };
  const { body: said = '', ...silent } = before[TARGET - 1] ?? event;
  const changed: SeenEvent = {
    ...silent,
    ...(change === 'delete' ? { deleted: true } : { body: body ?? said }),
  };
  const now = (events: readonly SeenEvent[]): SeenEvent[] =>
    events.map((one) => (one.room === room && one.seq === TARGET ? changed : one));
  const asked: Fact[] = [
    { kind: 'changing', connection: hers, room, id: ID, change, target: TARGET, ...words },
    { kind: 'acked', connection: hers, room, id: ID, seq, ts, dup: false },
  ];
  const told = [...connections.values()].map((connection): Fact => ({ kind: 'received', connection, event }));
  const readings = truth.readings.map((reading) => {
    const more = reading.room === room && reading.shows === 'all' ? [event] : [];
    return { ...reading, events: [...now(reading.events), ...more] };
  });
  const log = [...now(truth.log), event];
  return { facts: [...facts, ...asked, ...told], truth: { log, readings }, event, hers, said };
}

const kindsOf = ({ facts, truth }: Played): string[] => [
  ...new Set(checkHistory(facts, truth).map((finding) => finding.kind)),
];

/** Somebody new, who is sent the message once more, with these words or without. */
function newcomer({ truth, event }: ReturnType<typeof changedRun>, body?: string): Fact[] {
  const row = truth.log.find((one) => one.room === room && one.seq === TARGET) ?? event;
  const { body: _, ...silent } = row;
  const shown: SeenEvent = { ...silent, ...(body === undefined ? {} : { body }) };
  const connection = 'late';
  return [
    { kind: 'opened', connection, reader: 'late', user: 'user-9' },
    { kind: 'positioned', connection, room, seq: TARGET - 1 },
    { kind: 'received', connection, event: shown },
    { kind: 'closed', connection, code: 1000 },
  ];
}

describe('the checker of changes', () => {
  it.each([
    ['edit', 'better words'],
    ['delete', undefined],
    ['react', undefined],
  ] as const)('finds nothing in a good %s', (change, body) => {
    const run = changedRun(change, body);
    expect(kindsOf(run)).toEqual([]);
    const again = newcomer(run, change === 'delete' ? undefined : (body ?? run.said));
    expect(kindsOf({ ...run, facts: [...run.facts, ...again] })).toEqual([]);
  });

  it('finds the change that was acknowledged and is not there', () => {
    const run = changedRun('react');
    const without = (events: SeenEvent[]): SeenEvent[] => events.filter(({ type }) => type !== 'reaction');
    const readings = run.truth.readings.map((reading) => ({ ...reading, events: without(reading.events) }));
    const facts = run.facts.filter((fact) => fact.kind !== 'received' || fact.event.type !== 'reaction');
    expect(kindsOf({ facts, truth: { log: without(run.truth.log), readings } })).toEqual(['lost']);
  });

  it('finds the change that was acknowledged at two places', () => {
    const run = changedRun('edit', 'better words');
    const { connection, ts, seq } = { connection: run.hers, ts: run.event.ts, seq: run.event.seq + 1 };
    const twice: Fact = { kind: 'acked', connection, room, id: ID, seq, ts, dup: true };
    expect(kindsOf({ ...run, facts: [...run.facts, twice] })).toEqual(['doubled']);
  });

  it('finds the change that stands and nobody asked for', () => {
    const run = changedRun('react');
    const facts = run.facts.filter((fact) => !('id' in fact) || fact.id !== ID);
    expect(kindsOf({ ...run, facts })).toEqual(['phantom']);
  });

  it('finds the change that was refused and stands', () => {
    const run = changedRun('react');
    const facts = run.facts.map((fact): Fact => {
      if (fact.kind !== 'acked' || fact.id !== ID) return fact;
      return { kind: 'failed', connection: fact.connection, id: ID, code: 'gone', outcome: 'refused' };
    });
    expect(kindsOf({ ...run, facts })).toEqual(['phantom']);
  });

  it('finds the edit that somebody is not shown', () => {
    const run = changedRun('edit', 'better words');
    const readings = run.truth.readings.map((reading) => {
      const events = reading.events.map((one) => (one.seq === TARGET ? { ...one, body: run.said } : one));
      return { ...reading, events: reading.room === room ? events : reading.events };
    });
    expect(kindsOf({ ...run, truth: { ...run.truth, readings } })).toEqual(['disagreement']);
  });

  it('finds the deleted message that REST shows with its words', () => {
    const run = changedRun('delete');
    const readings = run.truth.readings.map((reading) => {
      const events = reading.events.map((one) => (one.seq === TARGET ? { ...one, body: run.said } : one));
      return { ...reading, events: reading.room === room ? events : reading.events };
    });
    expect(kindsOf({ ...run, truth: { ...run.truth, readings } })).toEqual(['resurrected']);
  });

  it('finds the deleted message that a newcomer is sent with its words', () => {
    const run = changedRun('delete');
    expect(kindsOf({ ...run, facts: [...run.facts, ...newcomer(run, run.said)] })).toEqual(['resurrected']);
  });
});

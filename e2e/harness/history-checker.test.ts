// The checker's own proof: it is silent about good histories, and names each planted fault for what it is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact, SeenEvent } from './history.js';
import { checkHistory } from './history-checker.js';
import { type Fate, playSteps, type Played, type Step } from './ideal-server.js';

const room = 'room-0';

/** Three readers, six acked messages in one room, the third by a resend; everybody gets everything. */
function goodRun(): Played {
  const fates: Fate[] = ['acked', 'acked', 'lost_ack', 'acked', 'acked', 'acked'];
  const sends = fates.map((fate): Step => ({ do: 'send', reader: 0, room: 0, fate }));
  const refused: Step = { do: 'send', reader: 1, room: 0, fate: 'refused' };
  return playSteps([...sends, refused, { do: 'deliver', reader: 1, room: 0, count: 3 }, { do: 'cut', reader: 1 }]);
}

const kindsOf = ({ facts, truth }: Played): string[] => [
  ...new Set(checkHistory(facts, truth).map((finding) => finding.kind)),
];

/** The facts with each one that `isIt` picks replaced by what `instead` makes of it. */
const replaced = (facts: Fact[], isIt: (fact: Fact) => boolean, instead: (fact: Fact) => Fact[]): Fact[] =>
  facts.flatMap((fact) => (isIt(fact) ? instead(fact) : [fact]));

const isReceived = (seq: number, connection: string) => (fact: Fact) =>
  fact.kind === 'received' && fact.event.room === room && fact.event.seq === seq && fact.connection === connection;

const rowAt = ({ truth }: Played, seq: number): SeenEvent => {
  const row = truth.log.find((event) => event.room === room && event.seq === seq);
  if (!row) throw new Error(`the good run has no seq ${seq}`);
  return row;
};

/** Changes the room's log, and what REST shows of it, in the same way. */
const withLog = ({ facts, truth }: Played, change: (log: SeenEvent[]) => SeenEvent[]): Played => ({
  facts,
  truth: {
    log: change(truth.log),
    readings: truth.readings.map((reading) => ({ ...reading, events: change(reading.events) })),
  },
});

/** The only connection of the third reader, who is never cut. */
const stayer = 'c3';

describe('the history checker', () => {
  it('finds nothing in a good run', () => {
    expect(kindsOf(goodRun())).toEqual([]);
  });

  it('finds nothing in any run of a perfect server', () => {
    const reader = fc.nat({ max: 2 });
    const roomIndex = fc.nat({ max: 1 });
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({
        do: fc.constant('send' as const),
        reader,
        room: roomIndex,
        fate: fc.constantFrom<Fate>('acked', 'acked', 'lost_ack', 'lost_send', 'refused'),
      }),
      fc.record({
        do: fc.constant('deliver' as const),
        reader,
        room: roomIndex,
        count: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ do: fc.constant('sync' as const), reader, room: roomIndex, back: fc.nat({ max: 4 }) }),
      fc.record({ do: fc.constant('cut' as const), reader }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => kindsOf(playSteps(steps)).length === 0));
  });

  it('finds the event that was dropped on its way to a reader', () => {
    const { facts, truth } = goodRun();
    const dropped = replaced(facts, isReceived(4, stayer), () => []);
    expect(kindsOf({ facts: dropped, truth })).toEqual(['out_of_order', 'missing']);
  });

  it('finds the lost tail: the last event, which never came', () => {
    const { facts, truth } = goodRun();
    const tailless = replaced(facts, isReceived(7, stayer), () => []);
    expect(kindsOf({ facts: tailless, truth })).toEqual(['missing']);
  });

  it('finds two events that came in swapped order', () => {
    const { facts, truth } = goodRun();
    const third = facts.find(isReceived(3, stayer));
    const swapped = replaced(facts, isReceived(3, stayer), () => []);
    const late = replaced(swapped, isReceived(4, stayer), (fourth) => (third ? [fourth, third] : [fourth]));
    expect(kindsOf({ facts: late, truth })).toEqual(['out_of_order']);
  });

  it('finds the event that came twice on one connection', () => {
    const { facts, truth } = goodRun();
    const twice = replaced(facts, isReceived(5, stayer), (fact) => [fact, fact]);
    expect(kindsOf({ facts: twice, truth })).toEqual(['out_of_order']);
  });

  it('finds the message that stands in the log twice', () => {
    const run = goodRun();
    const again = { ...rowAt(run, 3), seq: 8, ts: rowAt(run, 7).ts };
    const played = withLog(run, (log) => [...log, again]);
    const told = run.facts.filter((fact) => fact.kind === 'opened').map(({ connection }) => connection);
    const facts = [...run.facts, ...told.map((connection): Fact => ({ kind: 'received', connection, event: again }))];
    expect(kindsOf({ ...played, facts })).toContain('doubled');
  });

  it('finds the repeat that was acked with another seq', () => {
    const { facts, truth } = goodRun();
    const isRepeat = (fact: Fact): boolean => fact.kind === 'acked' && fact.dup;
    const moved = replaced(facts, isRepeat, (fact) =>
      fact.kind === 'acked'
        ? [
            { ...fact, dup: false },
            { kind: 'sent', connection: fact.connection, room, id: fact.id, body: `words of ${fact.id}` },
            { ...fact, seq: 2 },
          ]
        : [],
    );
    expect(kindsOf({ facts: moved, truth })).toEqual(['doubled']);
  });

  it('finds the acked message that is not in the log', () => {
    const run = withLog(goodRun(), (log) => log.filter((event) => event.room !== room || event.seq !== 7));
    const facts = run.facts.filter((fact) => fact.kind !== 'received' || fact.event.seq !== 7);
    expect(kindsOf({ ...run, facts })).toEqual(['lost']);
  });

  it('finds the message that stands at a later seq than it was acked with', () => {
    const { facts, truth } = goodRun();
    const isIt = (fact: Fact): boolean => fact.kind === 'acked' && fact.room === room && fact.seq === 7;
    const late = replaced(facts, isIt, (fact) => (fact.kind === 'acked' ? [{ ...fact, seq: 6 }] : []));
    expect(kindsOf({ facts: late, truth })).toContain('lost');
  });

  it('finds acks of one connection that are not in the order of its sends', () => {
    const { facts, truth } = goodRun();
    const sent = facts.flatMap((fact) => (fact.kind === 'sent' ? [fact] : []));
    const [first, second] = sent;
    const reordered = facts.map((fact) => (fact === first ? second : fact === second ? first : fact));
    const played = { facts: reordered.flatMap((fact) => (fact ? [fact] : [])), truth };
    const earlyAck = played.facts.findIndex((fact) => fact.kind === 'acked' && fact.id === first?.id);
    const ack = played.facts.splice(earlyAck, 1);
    played.facts.splice(played.facts.findIndex((fact) => fact === first) + 1, 0, ...ack);
    expect(kindsOf(played)).toEqual(['out_of_order']);
  });

  it('finds the hole in a log', () => {
    const run = withLog(goodRun(), (log) => log.filter((event) => event.room !== room || event.seq !== 1));
    expect(kindsOf(run)).toContain('hole');
  });

  it('finds the message nobody sent', () => {
    const run = goodRun();
    const facts = run.facts.filter((fact) => !('id' in fact) || fact.id !== rowAt(run, 4).id);
    expect(kindsOf({ ...run, facts })).toEqual(['phantom']);
  });

  it('finds the message that was refused and stored all the same', () => {
    const run = goodRun();
    const { id } = rowAt(run, 5);
    const isIt = (fact: Fact): boolean => fact.kind === 'acked' && fact.id === id;
    const facts = replaced(run.facts, isIt, (fact) =>
      fact.kind === 'acked'
        ? [{ kind: 'failed', connection: fact.connection, id: fact.id, code: 'rate_limited', outcome: 'refused' }]
        : [],
    );
    expect(kindsOf({ ...run, facts })).toEqual(['phantom']);
  });

  it('finds the event that two readers see differently', () => {
    const { facts, truth } = goodRun();
    const otherwise = replaced(facts, isReceived(4, stayer), (fact) =>
      fact.kind === 'received' ? [{ ...fact, event: { ...fact.event, body: 'other words' } }] : [],
    );
    expect(kindsOf({ facts: otherwise, truth })).toEqual(['disagreement']);
  });

  it('finds a ts that falls while seq rises', () => {
    const set = (log: SeenEvent[]): SeenEvent[] =>
      log.map((event) =>
        event.room === room && event.seq === 1 ? { ...event, ts: '2099-01-01T00:00:00.000Z' } : event,
      );
    expect(kindsOf(withLog(goodRun(), set))).toEqual(['out_of_order']);
  });

  it('finds the event that REST does not show', () => {
    const { facts, truth } = goodRun();
    const readings = truth.readings.map((reading) => ({ ...reading, events: reading.events.slice(0, -1) }));
    expect(kindsOf({ facts, truth: { ...truth, readings } })).toEqual(['missing']);
  });
});

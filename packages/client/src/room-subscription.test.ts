import type { LogEvent } from '@natter/contracts/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoomSubscription } from './room-subscription.js';
import { ManualClock } from './testing/manual-clock.js';

const event = (seq: number): LogEvent => ({ type: 'deleted', room: 'r', seq, ts: '', target: 1, by: {} as never });

function subscribe(position = 0) {
  const clock = new ManualClock();
  const applied: number[] = [];
  const asked: { id: string; position: number }[] = [];
  const told: string[] = [];
  const subscription = new RoomSubscription({
    room: 'r',
    position,
    clock,
    random: () => 0.5,
    ask: (_, at) => {
      asked.push({ id: `s${asked.length + 1}`, position: at });
      return asked.at(-1)!.id;
    },
    apply: ({ seq }) => applied.push(seq),
    reset: (seq) => told.push(`reset ${seq}`),
    gone: () => told.push('gone'),
  });
  return { clock, applied, asked, told, subscription };
}

describe('RoomSubscription', () => {
  it('applies the next event and ignores what it has', () => {
    const { subscription, applied } = subscribe(3);
    for (const seq of [3, 4, 4, 2, 5]) subscription.receive(event(seq));
    expect(applied).toEqual([4, 5]);
  });

  it('asks once for what is missing, from where it stands', () => {
    const { subscription, applied, asked } = subscribe();
    for (const seq of [1, 4, 5, 6]) subscription.receive(event(seq));
    expect(asked).toEqual([{ id: 's1', position: 1 }]);
    for (const seq of [2, 3, 4, 5, 6]) subscription.receive(event(seq));
    subscription.synced('s1', { seq: 6 });
    expect(applied).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked).toHaveLength(1);
  });

  it('asks again, after a wait, when the answer left a hole', async () => {
    const { subscription, asked, clock } = subscribe();
    subscription.receive(event(3));
    subscription.synced('s1', { seq: 3 });
    expect(asked).toHaveLength(1);
    await clock.advance(30_000);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(12);
  });

  it('asks again when no answer comes', async () => {
    const { subscription, asked, clock } = subscribe();
    subscription.receive(event(3));
    await clock.advance(11_000);
    expect(asked).toHaveLength(2);
  });

  it('does not listen to the answer to a question it gave up', () => {
    const { subscription, told } = subscribe();
    subscription.receive(event(3));
    subscription.synced('other', { gone: true });
    expect(told).toEqual([]);
  });

  it('goes on after a reset, also when that is behind', () => {
    const { subscription, applied, told } = subscribe(50);
    subscription.synced(undefined, { seq: 7, reset: true });
    subscription.receive(event(8));
    expect([told, applied, subscription.position]).toEqual([['reset 7'], [8], 8]);
  });

  it('is quiet after the connection is gone', async () => {
    const { subscription, asked, clock } = subscribe();
    subscription.receive(event(3));
    subscription.stop();
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('applies 1…n once each, in order, under any loss, doubling and disorder', async () => {
    const arrivals = fc.array(fc.nat({ max: 29 }), { maxLength: 120 });
    const faults = fc.array(fc.constantFrom('ok', 'lost', 'partial', 'error', 'twice'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(arrivals, faults, async (order, syncFaults) => {
        const head = 30;
        const { subscription, applied, asked, clock } = subscribe();
        let answered = 0;
        const answer = () => {
          for (; answered < asked.length; answered++) {
            const { id, position } = asked[answered]!;
            const fault = syncFaults[answered] ?? 'ok';
            if (fault === 'lost') continue;
            if (fault === 'error') {
              subscription.failed(id, 50);
              continue;
            }
            for (let seq = position + 1; seq <= head; seq++) {
              if (fault === 'partial' && seq === position + 2) continue;
              subscription.receive(event(seq));
              if (fault === 'twice') subscription.receive(event(seq));
            }
            subscription.synced(id, { seq: head });
          }
        };
        for (const [index, seq] of order.entries()) {
          subscription.receive(event(seq + 1));
          if (index % 3 === 0) answer();
        }
        subscription.receive(event(head)); // the head is announced in the end
        for (let turn = 0; turn < 40 && subscription.position < head; turn++) {
          answer();
          await clock.advance(15_000);
        }
        expect(applied).toEqual(Array.from({ length: head }, (_, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  });
});

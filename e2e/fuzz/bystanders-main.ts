// The process of the bystanders: told by its parent when which phase begins, it answers at the end with what they saw.
import { Pair, type PairPlan, type Phase } from './bystander.js';

export type Order = { kind: 'begin'; plans: PairPlan[] } | { kind: 'phase'; phase: Phase | null } | { kind: 'end' };

export interface Seen {
  name: string;
  sent: number;
  delays: Record<Phase, number[]>;
  findings: string[];
}

export type Word = { kind: 'begun' } | { kind: 'ended'; seen: Seen[] } | { kind: 'failed'; says: string };

const pairs: { name: string; pair: Pair }[] = [];
const say = (word: Word): void => void process.send?.(word);

async function obey(order: Order): Promise<void> {
  if (order.kind === 'begin') {
    for (const plan of order.plans) pairs.push({ name: plan.name, pair: await Pair.begin(plan) });
    say({ kind: 'begun' });
  } else if (order.kind === 'phase') {
    for (const { pair } of pairs) pair.phase = order.phase ?? undefined;
  } else {
    await Promise.all(pairs.map(({ pair }) => pair.end()));
    say({
      kind: 'ended',
      seen: pairs.map(({ name, pair: { sent, delays, findings } }) => ({ name, sent, delays, findings })),
    });
    process.disconnect();
  }
}

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => say({ kind: 'failed', says: String(error) }));
});
// Without a parent there is nobody to tell.
process.on('disconnect', () => process.exit(0));

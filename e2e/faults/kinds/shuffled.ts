// An order drawn by lot.
import type { Seeded } from '../../harness/seeded.js';

/** A copy in which every order is as likely. */
export function shuffled<Item>(lot: Seeded, items: readonly Item[]): Item[] {
  const order = items.map((item) => ({ item, at: lot.next() })).sort((a, b) => a.at - b.at);
  return order.map(({ item }) => item);
}

// Many calls at once, but not too many.

/**
 * Runs `task` for every item, at most `atOnce` at a time, in the order of `items`.
 *
 * @throws the first error; items not begun by then are left out, those under way are waited for
 */
export async function eachBounded<Item>(
  items: readonly Item[],
  atOnce: number,
  task: (item: Item) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failures.length > 0) return;
      await task(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

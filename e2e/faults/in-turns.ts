// Many things to do, a few of them at a time.

/** @returns what each was made into, in the order of the items; the first failure is thrown */
export async function inTurns<Item, Made>(
  items: readonly Item[],
  make: (item: Item, index: number) => Promise<Made>,
  width = 8,
): Promise<Made[]> {
  const made: Made[] = [];
  const queue = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) made[next[0]] = await make(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: width }, work));
  return made;
}

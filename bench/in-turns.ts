// Many things to do, a few of them at a time.

/** @returns what each was made into, in the order of the items; the first failure is thrown */
export async function inTurns<Item, Made>(
  items: readonly Item[],
  make: (item: Item, index: number) => Promise<Made>,
  width: number,
): Promise<Made[]> {
  const made: Made[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) made[index] = await make(item, index);
  };
  await Promise.all(Array.from({ length: width }, work));
  return made;
}

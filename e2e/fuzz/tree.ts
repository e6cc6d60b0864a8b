// JSON as a fuzzer needs it: with keys that come twice or mean something to JavaScript, and with text that JSON.stringify would
// never write.

/** Written as it stands. */
export class Raw {
  constructor(readonly json: string) {}
}

/** An object whose keys may come twice, in any order. */
export class Pairs {
  constructor(readonly entries: readonly (readonly [key: string, value: Tree])[]) {}

  get(key: string): Tree | undefined {
    return this.entries.find(([name]) => name === key)?.[1];
  }

  /** The same with a key set, or with one more. */
  with(key: string, value: Tree): Pairs {
    return new Pairs([...this.entries.filter(([name]) => name !== key), [key, value]]);
  }
}

export type Tree = null | boolean | number | string | Raw | Pairs | readonly Tree[];

export function write(tree: Tree): string {
  if (tree instanceof Raw) return tree.json;
  if (tree instanceof Pairs)
    return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(',')}}`;
  if (Array.isArray(tree)) return `[${tree.map(write).join(',')}]`;
  return JSON.stringify(tree);
}

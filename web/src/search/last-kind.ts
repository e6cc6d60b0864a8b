// Whether one looked for messages or for rooms last, on this device.

export const kinds = ['messages', 'rooms'] as const;
export type Kind = (typeof kinds)[number];

const key = 'natter.search';

/** Undefined: nothing yet. */
export function lastKind(): Kind | undefined {
  try {
    const kept = localStorage.getItem(key);
    return kinds.find((kind) => kind === kept);
  } catch {
    return undefined; // a browser that keeps nothing
  }
}

export function keepKind(kind: Kind): void {
  try {
    localStorage.setItem(key, kind);
  } catch {
    // for this visit only, then
  }
}

// What P11, P15 and P16 ask, as pure comparisons of what is with what should be: the checks plant faults into them.
import type { Flaw } from './flaw.js';

/** P15: what a user's list of connections shows that is not there, and what it lacks. */
export function compareConnections(
  name: string,
  own: string | undefined,
  listed: readonly { id: string; gateway: string }[],
): { ghosts: Flaw[]; vanished: Flaw[] } {
  const ghosts = listed.filter(({ id }) => id !== own);
  const isListed = listed.some(({ id }) => id === own);
  return {
    ghosts: ghosts.map(({ id, gateway }): Flaw => {
      return { kind: 'ghost', says: `${name} is listed with ${id} at ${gateway}, which is gone` };
    }),
    vanished: isListed ? [] : [{ kind: 'vanished', says: `${name} is connected as ${own} and not listed` }],
  };
}

/**
 * P16: one pending notification for each message that is late, and for nothing else.
 *
 * @param known ids of all messages of the room
 * @param owed ids of those that are late
 * @param told what is pending about the room
 */
export function compareNotifications(
  known: ReadonlySet<string>,
  owed: readonly string[],
  told: readonly string[],
): Flaw[] {
  const flaws = [
    ...owed.filter((id) => !told.includes(id)).map((id) => `the absent one is not told of ${id}`),
    ...told.filter((id) => !known.has(id)).map((id) => `${id} tells of no message`),
    ...told.filter((id, index) => told.indexOf(id) !== index).map((id) => `${id} stands twice`),
  ];
  return flaws.map((says): Flaw => ({ kind: 'untold', says }));
}

/** P11: remembers how far each cursor stood. */
export class HighWater {
  readonly #known = new Map<string, number>();

  /** @param what names the cursor */
  rise(room: string, what: string, now: number): Flaw[] {
    const key = `${room} ${what}`;
    const before = this.#known.get(key) ?? 0;
    this.#known.set(key, Math.max(before, now));
    return now < before ? [{ kind: 'fell', room, says: `${what} fell from ${before} to ${now} in ${room}` }] : [];
  }
}

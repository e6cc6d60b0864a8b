// The people of a ground: signed up when they are first needed, and kept, as signing up is not what is tested.
import { Person } from '../harness/person.js';
import type { Site } from '../harness/site.js';
import { inTurns } from './in-turns.js';
import { insist } from './insist.js';

export class Accounts {
  readonly #people: Person[] = [];

  /** The first so many, of the installation at `site`. */
  async first(count: number, site: Site): Promise<Person[]> {
    const missing = Array.from({ length: Math.max(0, count - this.#people.length) }, (_, i) => this.#people.length + i);
    const signUp = (index: number): Promise<Person> =>
      insist('somebody is signed up', () => Person.register(site, `p${index}`));
    this.#people.push(...(await inTurns(missing, signUp)));
    return this.#people.slice(0, count);
  }
}

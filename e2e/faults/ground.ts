// Where a load takes place: the field, or an installation in containers.
import type { Person } from '../harness/person.js';
import type { Site } from '../harness/site.js';

/** A process that ended although nobody killed it (P19, P20), or with another exit code than 0 when asked to end. */
export interface Death {
  part: string;
  cause: string;
}

export interface Ground {
  readonly system: Site;
  /** Where clients connect. */
  readonly ways: string[];
  /** The first so many accounts; they outlive runs. */
  people(count: number): Promise<Person[]>;
  /** Those that died by themselves since the last call. */
  deaths(): Death[];
}

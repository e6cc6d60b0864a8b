// Nobody is in more rooms than the contract says.
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { EntityManager } from 'typeorm';
import type { MemberRepository } from './member.repository.js';

/** Makes sure, until the transaction ends, that each of these users may come into one more room. @throws NatterError `quota` */
export async function requirePlace(
  members: Pick<MemberRepository, 'mostRooms'>,
  manager: EntityManager,
  users: readonly string[],
): Promise<void> {
  if ((await members.mostRooms(manager, users)) < limits.rooms) return;
  throw new NatterError('quota', { detail: `nobody can be in more than ${limits.rooms} rooms` });
}

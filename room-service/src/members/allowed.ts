// Allowed is grant and role. Who may not know of a room is told that there is none; everybody else is told all that is missing,
// so that a client can explain «why can I not do this?».
import { NatterError } from '@natter/contracts/errors';
import type { Role } from '@natter/contracts/events';
import type { RoomChange } from '../rooms/room-change.js';
import { lacking } from '../users/grants.js';
import type { MemberRepository } from './member.repository.js';

/** The actor's role in the locked room. @throws NatterError `not_member`; `not_found` for a private room */
export async function roleOf(
  members: Pick<MemberRepository, 'find'>,
  { manager, room }: RoomChange,
  actor: string,
): Promise<Role> {
  const member = await members.find(manager, room.id, actor);
  if (member === undefined) throw new NatterError(room.visibility === 'public' ? 'not_member' : 'not_found');
  return member.role;
}

/**
 * @param missing a sentence for each thing that is missing, false for what is not
 * @throws NatterError `forbidden` with these sentences as its detail, if there is one
 */
export function allow(...missing: (string | false)[]): void {
  const sentences = missing.filter((sentence) => sentence !== false);
  if (sentences.length > 0) throw new NatterError('forbidden', { detail: sentences.join('; ') });
}

/** Who brings people in, by themselves or by an invite. @throws NatterError `not_found` `not_member` `forbidden` */
export async function allowInviting(
  members: Pick<MemberRepository, 'find'>,
  change: RoomChange,
  actor: string,
  holdsGrant: boolean,
): Promise<void> {
  const role = await roleOf(members, change, actor);
  notInDm(change, 'is between two');
  allow(
    !holdsGrant && lacking('invite_members'),
    role === 'member' && !change.room.members_can_invite && 'in this room only admins and the owner bring people in',
  );
}

/** @throws NatterError `forbidden` for a direct conversation: what was asked is not for these */
export function notInDm({ room }: RoomChange, what: string): void {
  allow(room.kind === 'dm' && `a direct conversation ${what}`);
}

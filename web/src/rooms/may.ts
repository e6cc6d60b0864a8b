// What somebody may do in a room, and if not, why not: the server's rules (grant and role) in words, before anything is asked.
import type { Permission, Role } from '@natter/contracts/events';

export interface Standing {
  /** What the account may do at all; undefined where it is not known: then the server decides. */
  permissions: readonly Permission[] | undefined;
  role: Role | null;
}

/** undefined: it may be done. */
type WhyNot = string | undefined;

const granted = ({ permissions }: Standing, grant: Permission, words: string): WhyNot =>
  permissions?.includes(grant) === false
    ? `Your account may not ${words}. An administrator can change that.`
    : undefined;

const isAdmin = ({ role }: Standing): boolean => role === 'admin' || role === 'owner';

export const whyNotCreateRoom = (standing: Standing): WhyNot => granted(standing, 'create_room', 'make rooms');

export const whyNotSendFiles = (standing: Standing): WhyNot => granted(standing, 'send_files', 'send files');

export const whyNotInvite = (standing: Standing, membersCanInvite: boolean): WhyNot =>
  granted(standing, 'invite_members', 'bring people into rooms') ??
  (membersCanInvite || isAdmin(standing) ? undefined : 'Only admins and the owner bring people in here.');

export const whyNotDelete = (standing: Standing, isMine: boolean): WhyNot =>
  isMine || isAdmin(standing) ? undefined : 'Only who said it, admins and the owner delete a message.';

export const whyNotChangeRoom = (standing: Standing): WhyNot =>
  isAdmin(standing) ? undefined : 'Only admins and the owner change the room.';

export const whyNotChangeRoles = ({ role }: Standing): WhyNot =>
  role === 'owner' ? undefined : 'Only the owner changes roles.';

/** @param of the role of the one to be removed; null for somebody who is not there */
export const whyNotRemove = (standing: Standing, of: Role | null): WhyNot =>
  of === 'owner'
    ? 'Nobody removes the owner.'
    : (granted(standing, 'remove_members', 'remove people from rooms') ??
      (isAdmin(standing) ? undefined : 'Only admins and the owner remove people.'));

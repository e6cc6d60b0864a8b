// What administrators read: grants, and what happened.
import type { AuditAction, AuditEntry, AuditKind } from '@natter/contracts/admin';
import type { Permission } from '@natter/contracts/events';

export const grantWords: Record<Permission, { label: string; hint: string; without: string }> = {
  create_room: {
    label: 'Make rooms',
    hint: 'Public and private ones',
    without: 'You can join rooms and be invited, but not make new ones.',
  },
  invite_members: {
    label: 'Bring people in',
    hint: 'Add members, make invites',
    without: 'You cannot add people to rooms or make invites.',
  },
  remove_members: {
    label: 'Take people out',
    hint: 'Where they are admin or owner',
    without: 'You cannot remove or ban people, not even where you are admin or owner.',
  },
  send_files: {
    label: 'Send files',
    hint: 'Pictures, documents, anything',
    without: 'You can write, but not send files.',
  },
};

export const grants = Object.keys(grantWords) as Permission[];

export const kindWords: Record<AuditKind, string> = {
  sign_ins: 'Sign-ins',
  refusals: 'Refusals',
  accounts: 'Accounts',
  grants: 'Grants',
  removals: 'Removals',
  deletions: 'Deletions',
};

const actionWords: Record<AuditAction, string> = {
  registered: 'registered',
  signed_in: 'signed in',
  session_ended: 'ended a session of',
  sign_in_refused: 'A sign-in was refused',
  password_change_refused: 'gave a wrong password when changing it',
  email_change_refused: 'gave a wrong password when changing the email',
  password_reset_refused: 'A password reset was refused',
  refresh_token_reused: 'A used token came again, so a session was ended',
  password_changed: 'changed the password',
  password_reset_made: 'made a password reset for',
  password_reset: 'set a new password by a reset',
  email_changed: 'changed the email',
  account_disabled: 'disabled',
  account_enabled: 'enabled',
  grants_changed: 'changed the grants of',
  admin_granted: 'made administrator:',
  admin_withdrawn: 'took the administration from',
  member_removed: 'removed',
  member_banned: 'banned',
  room_deleted: 'deleted the room',
  message_deleted: 'deleted a message of',
};

/** One entry as a sentence. */
export function auditText({ action, by, user, room, details }: AuditEntry): string {
  const isOwn = by !== null && by.id === user?.id;
  const whom = user === null || isOwn ? '' : ` ${by === null ? `(@${user.username})` : `@${user.username}`}`;
  const own = isOwn && action === 'session_ended' ? ' their own' : '';
  const where = room === null ? '' : ` ${action === 'room_deleted' ? '' : 'in '}${room.name ?? 'a conversation'}`;
  return `${by === null ? '' : `@${by.username} `}${actionWords[action]}${whom}${own}${where}${changesOf(details)}`;
}

function changesOf(details: AuditEntry['details']): string {
  const named = (list: readonly Permission[] = []) =>
    list.map((grant) => grantWords[grant].label.toLowerCase()).join(', ');
  const parts = [
    details?.added?.length ? `may now ${named(details.added)}` : '',
    details?.removed?.length ? `may no longer ${named(details.removed)}` : '',
    details?.seq === undefined ? '' : `number ${details.seq}`,
  ].filter(Boolean);
  return parts.length > 0 ? `: ${parts.join('; ')}` : '';
}

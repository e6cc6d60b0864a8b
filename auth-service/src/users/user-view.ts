// One account, as each audience sees it.
import type { Account, User, UserState } from '@natter/contracts/auth';
import { inOrder, type OwnUser } from '@natter/contracts/events';
import type { UserEntity } from './user.entity.js';

/** Why an account that is disabled is refused. */
export const disabledDetail = { detail: 'this account is disabled' };

export const shownUser = (user: UserEntity): User => ({
  id: user.id,
  username: user.username,
  display_name: user.displayName,
  avatar: user.avatar,
});

export const ownUser = (user: UserEntity): OwnUser => ({
  ...shownUser(user),
  permissions: inOrder(user.permissions),
});

export const account = (user: UserEntity): Account => ({ ...ownUser(user), email: user.email, admin: user.admin });

export const userState = (user: UserEntity): UserState => ({
  ...ownUser(user),
  disabled: user.disabled,
  version: user.version,
});

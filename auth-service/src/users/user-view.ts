// One account, as each audience sees it.
import type { Account, User, UserState } from '@natter/contracts/auth';
import { type OwnUser, type Permission, permissions } from '@natter/contracts/events';
import type { UserEntity } from './user.entity.js';

/** Why an account that is disabled is refused. */
export const disabledDetail = { detail: 'this account is disabled' };

/** In the contract's order. */
export const grants = (held: readonly Permission[]): Permission[] =>
  permissions.filter((permission) => held.includes(permission));

export const shownUser = (user: UserEntity): User => ({
  id: user.id,
  username: user.username,
  display_name: user.displayName,
  avatar: user.avatar,
});

export const ownUser = (user: UserEntity): OwnUser => ({
  ...shownUser(user),
  permissions: grants(user.permissions),
});

export const account = (user: UserEntity): Account => ({ ...ownUser(user), email: user.email, admin: user.admin });

export const userState = (user: UserEntity): UserState => ({
  ...ownUser(user),
  disabled: user.disabled,
  version: user.version,
});

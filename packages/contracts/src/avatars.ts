// Avatars: small square pictures, drawn by the gateway, kept by the auth-service. `avatar` of a user is the path of theirs.
import { z } from 'zod';
import type { Account } from './auth.js';
import { SessionId, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';

/** Tells a picture from an earlier one of the same user: what is behind a path never changes, it only goes. */
export const AvatarVersion = z.string().regex(/^[0-9a-f]{32}$/);

export const avatarPath = (user: string, version: string): string => `/api/avatars/${user}/${version}`;

/** A picture as WebP, in base64. */
const picture = z.base64().min(4).max(limits.avatarChars);

/** Gives an account a picture; the same again changes nothing. */
export const setAvatar = rpc<{ user: Account }>()(
  'natter.rpc.avatar.set',
  z.object({ actor: UserId, session: SessionId, picture }),
  ['unauthenticated', 'forbidden'],
);
/** `not_found`, too, for one that was taken away or replaced. */
export const getAvatar = rpc<{ picture: string }>()(
  'natter.rpc.avatar.get',
  z.object({ user: UserId, version: AvatarVersion }),
  ['not_found'],
);

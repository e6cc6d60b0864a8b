// Accounts, tokens and sign-in sessions: request bodies of REST, and the calls the auth-service answers.
import { z } from 'zod';
import { Origin, type Page, pageQuery } from './common.js';
import type { User } from './events.js';
import { CleanText, SessionId, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { cleanName, hasVisible } from './text.js';
import { OwnUser, Time } from './views.js';

const password = CleanText.min(limits.passwordMin).max(limits.passwordMax);
/** What somebody claims to know: whatever it is, the answer is the same. Cut where it is longer than any that can be right. */
const claimed = (maxChars: number) => z.string().transform((text) => text.slice(0, maxChars));
const claimedLogin = claimed(512);
const claimedPassword = claimed(1_024);
const claimedToken = claimed(4_096);

const email = z.email('an email address').max(254);
/** What people read as a name: no control characters, nothing that turns the line around, one space where there are many. */
export const DisplayName = CleanText.transform(cleanName).pipe(
  z.string().max(limits.displayNameChars).refine(hasVisible, 'a name that can be seen'),
);

export const registerBody = z.object({
  email,
  username: z.string().regex(/^[A-Za-z0-9_.-]{2,32}$/, '2–32 characters of A–Z, a–z, 0–9, _, . and -'),
  password,
});
export const loginBody = z.object({
  login: claimedLogin,
  password: claimedPassword,
  token: z.boolean().optional(),
});
export const refreshBody = z.object({ refresh_token: claimedToken.optional() });
export const passwordBody = z.object({ old: claimedPassword, new: password });
/** `password` is needed to change `email`, and for nothing else. `avatar`: null takes it away; one is set by uploading it (`avatars`). */
export const patchMeBody = z.object({
  display_name: DisplayName.optional(),
  avatar: CleanText.max(100).nullable().optional(),
  email: email.optional(),
  password: claimedPassword.optional(),
});
export const resetBody = z.object({ token: claimedToken, new: password });
export const forgottenBody = z.object({ email });
export const verifyBody = z.object({ token: claimedToken });

export type RegisterBody = z.infer<typeof registerBody>;
export type LoginBody = z.infer<typeof loginBody>;
export type PasswordBody = z.infer<typeof passwordBody>;
export type PatchMeBody = z.infer<typeof patchMeBody>;
export type ResetBody = z.infer<typeof resetBody>;
export type ForgottenBody = z.infer<typeof forgottenBody>;
export type VerifyBody = z.infer<typeof verifyBody>;

/** `me`. */
export const Account = OwnUser.extend({ email: z.string(), admin: z.boolean() });
export type Account = z.infer<typeof Account>;

/** What a sign-in or a refresh gives; the gateway turns it into cookies or a body. Seconds. */
export interface IssuedTokens {
  user: Account;
  session: string;
  access_token: string;
  refresh_token: string;
  expires_in: number;
  refresh_expires_in: number;
}

/** An account as other services need it; `version` rises with each change. */
export const UserState = OwnUser.extend({ disabled: z.boolean(), version: z.int() });
export type UserState = z.infer<typeof UserState>;

export const SignInSession = z.object({
  id: z.string(),
  created_at: Time,
  last_seen: Time,
  ip: z.string(),
  user_agent: z.string(),
});
export type SignInSession = z.infer<typeof SignInSession>;

const actor = { actor: UserId, session: SessionId };
type Empty = Record<string, never>;

/** `user`: null where addresses are verified by mail: then the answer is the same, whatever becomes of the request. */
export const register = rpc<{ user: Account | null }>()(
  'natter.rpc.account.register',
  registerBody.extend({ origin: Origin }),
  ['account_exists', 'weak_password', 'rate_limited'],
);
/**
 * Makes the account, or the change of email, that a mail was sent about. `isRepeat`: it was done before by the same token, and nothing is
 * done now. `gone`: no such token, or not any more; `account_exists`: somebody has the email or the username meanwhile.
 */
export const verify = rpc<{ user: User; isRepeat: boolean }>()(
  'natter.rpc.account.verify',
  verifyBody.extend({ origin: Origin }),
  ['gone', 'account_exists'],
);
export const login = rpc<IssuedTokens>()('natter.rpc.session.login', loginBody.extend({ origin: Origin }), [
  'invalid_credentials',
  'rate_limited',
]);
export const refresh = rpc<IssuedTokens>()(
  'natter.rpc.session.refresh',
  z.object({ refresh_token: claimedToken, origin: Origin }),
  ['session_revoked'],
);
/** Ends the session that the access token or, when that has expired, the refresh token belongs to. Ended already: no error. */
export const logout = rpc<Empty>()(
  'natter.rpc.session.logout',
  z.object({ session: SessionId.optional(), refresh_token: claimedToken.optional() }),
);
/** `forbidden`: the account is disabled. */
export const getAccount = rpc<{ user: Account }>()('natter.rpc.account.get', z.object({ actor: UserId }), [
  'unauthenticated',
  'forbidden',
]);
export const patchAccount = rpc<{ user: Account }>()(
  'natter.rpc.account.patch',
  patchMeBody.extend({ ...actor, origin: Origin }),
  ['bad_request', 'invalid', 'invalid_credentials', 'account_exists', 'rate_limited', 'unauthenticated', 'forbidden'],
);
export const changePassword = rpc<Empty>()(
  'natter.rpc.account.password',
  passwordBody.extend({ ...actor, origin: Origin }),
  ['invalid_credentials', 'weak_password', 'rate_limited'],
);
/** A new password for a token that an administrator has made, or that came by mail: once, in time; all sessions end. `invalid_credentials` for any other token. */
export const resetPassword = rpc<Empty>()('natter.rpc.account.reset', resetBody.extend({ origin: Origin }), [
  'invalid_credentials',
  'weak_password',
  'rate_limited',
]);
/** Sends a link for a new password to the address, if an account has it; the answer is the same. `forbidden`: no mails are sent. */
export const forgotPassword = rpc<Empty>()('natter.rpc.account.forgotten', forgottenBody.extend({ origin: Origin }), [
  'forbidden',
  'rate_limited',
]);
/** Sessions that can still be used, the newest sign-in first. */
export const listSessions = rpc<Page<SignInSession>>()(
  'natter.rpc.session.list',
  z.object({ ...actor, ...pageQuery }),
  ['invalid'],
);
export const endSession = rpc<Empty>()('natter.rpc.session.end', z.object({ ...actor, target: SessionId }), [
  'not_found',
]);
export const endOtherSessions = rpc<Empty>()('natter.rpc.session.end_others', z.object(actor));
export const createTicket = rpc<{ ticket: string; expires_in: number }>()('natter.rpc.ticket.create', z.object(actor), [
  'session_revoked',
  'forbidden',
]);
/** Opens one socket, once. */
export const redeemTicket = rpc<{ user: string; session: string }>()(
  'natter.rpc.ticket.redeem',
  z.object({ ticket: z.string().max(256) }),
  ['unauthenticated', 'forbidden'],
);
/** Public keys, RFC 7517. */
export const getJwks = rpc<{ keys: Record<string, unknown>[] }>()('natter.rpc.key.list', z.object({}));
/** Accounts by id, for `ready` and for the check of grants; unknown ids are left out. */
export const getOwnUsers = rpc<{ users: UserState[] }>()(
  'natter.rpc.account.list',
  z.object({ users: z.array(UserId).max(512) }),
);
/**
 * Accounts that changed, for those who keep something of accounts: the event may be lost. `until` is the `since` of the next call: a
 * number of a transaction before which all are over, so that no change is missed that is under way; some come more than once (`version`
 * tells). Without `since` the answer is only where to begin.
 */
export const listAccountChanges = rpc<{ users: UserState[]; until: string }>()(
  'natter.rpc.account.changes',
  z.object({
    since: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
  }),
);
/** Sessions whose access tokens may still be alive though they have ended, and disabled users: to be re-read every 30 s. */
export const getRevocations = rpc<{ sessions: string[]; disabled: string[] }>()(
  'natter.rpc.session.revoked',
  z.object({}),
);

/** Which of these sessions have neither ended nor expired, of users that are not disabled. */
export const listLiveSessions = rpc<{ sessions: string[] }>()(
  'natter.rpc.session.live',
  z.object({ sessions: z.array(SessionId).max(1_000) }),
);
/** A user as others see them, disabled ones too: their messages are still there. `last_seen`: as last noted. */
export const getUser = rpc<{ user: User; last_seen: string | null }>()(
  'natter.rpc.account.show',
  z.object({ user: UserId }),
  ['not_found'],
);
/** Users were connected at these times (ms since 1970). What is older than what is known changes nothing. */
export const noteSeen = rpc<Empty>()(
  'natter.rpc.account.seen',
  z.object({ items: z.array(z.object({ user: UserId, at_ms: z.number().int().min(0) })).max(512) }),
);

/** Event `subjects.sessionsEnded`: tokens of these are refused, their sockets closed. */
export interface SessionsEnded {
  user: string;
  sessions: string[];
  reason: 'ended' | 'disabled';
}

/** Event `subjects.userChanged`. */
export interface UserChanged {
  user: z.infer<typeof OwnUser>;
  disabled: boolean;
  /** Of several events about a user the one with the highest tells how it is. */
  version: number;
}

/** Answered by the room-service: takes copies of users from the auth-service's outbox. Idempotent. */
export const copyUsers = rpc<Empty>()('natter.rpc.user.copy', z.object({ users: z.array(UserState).max(512) }));

/** Claims of an access token (RFC 9068; header `typ: at+jwt`, EdDSA). */
export interface AccessClaims {
  iss: string;
  aud: string;
  sub: string;
  sid: string;
  iat: number;
  exp: number;
  jti: string;
}

export const tokenIssuer = 'natter';
export const tokenAudience = 'natter';

export type { User };

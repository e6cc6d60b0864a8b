// Errors in words that say what to do next.
import { type ErrorCode, NatterError } from '@natter/contracts/errors';

/** Where the server's own sentence says more than the code: what exactly is missing. */
const explained: ReadonlySet<ErrorCode> = new Set(['forbidden', 'banned']);

const texts: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'You are signed out. Sign in and try again.',
  invalid_credentials: 'That login or password is not right.',
  session_revoked: 'This session has ended. Sign in again.',
  forbidden: 'You are not allowed to do this.',
  not_member: 'You are not in this room any more. Join it, then try again.',
  banned: 'You are banned from this room.',
  not_found: 'There is nothing here (any more).',
  account_exists: 'An account with this email or username exists. Sign in, or choose another.',
  name_taken: 'A room with this name exists. Choose another name.',
  owner_must_transfer: 'You own this room: hand it over, or delete it.',
  too_long: 'This is too long. Shorten it, then send it again.',
  too_large: 'This is too large to be sent.',
  empty: 'There is nothing to send.',
  weak_password: 'Too many people use this password. Choose another.',
  rate_limited: 'That was too fast. Wait a moment, then try again.',
  too_many_inflight: 'Too many messages wait to be sent. Wait for them first.',
  unavailable: 'The server cannot be reached. Check the connection, then try again.',
  timeout: 'The server did not answer in time. Try again.',
  quota: 'The limit is reached: leave or delete something first.',
};

export function errorText(error: unknown): string {
  if (!(error instanceof NatterError)) return 'Something went wrong here. Reload the page, then try again.';
  const wait = error.details.retryAfterMs;
  if (error.code === 'rate_limited' && wait !== undefined && wait > 1_500)
    return `Too many tries. Wait ${seconds(wait)}, then try again.`;
  if (explained.has(error.code) && error.details.detail) return capital(error.details.detail);
  return texts[error.code] ?? capital(error.message);
}

function seconds(ms: number): string {
  const s = Math.ceil(ms / 1_000);
  return s < 90 ? `${s} seconds` : `${Math.ceil(s / 60)} minutes`;
}

const capital = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

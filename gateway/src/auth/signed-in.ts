// What a sign-in or a refresh answers.
import type { Account, IssuedTokens } from '@natter/contracts/auth';

export interface SignedIn {
  user: Account;
  expires_in: number;
  access_token?: string;
  refresh_token?: string;
}

/** @param inBody for a bot; a browser has its tokens in cookies, where no script can read them */
export function signedIn(tokens: IssuedTokens, inBody: boolean): SignedIn {
  const { user, expires_in, access_token, refresh_token } = tokens;
  return inBody ? { user, expires_in, access_token, refresh_token } : { user, expires_in };
}

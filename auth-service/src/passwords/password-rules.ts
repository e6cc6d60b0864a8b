// Which passwords are refused: those that guessing tries first. Length is the contract's business, kinds of characters nobody's.
import { NatterError } from '@natter/contracts/errors';
import { commonPasswords } from './common-passwords.js';

/** Whether a password is among the first that anybody would try for this account. Case does not make it better. */
export function isWeakPassword(password: string, account: { username: string; email: string }): boolean {
  const guess = password.toLowerCase();
  const email = account.email.toLowerCase();
  const own = [account.username.toLowerCase(), email, email.slice(0, email.lastIndexOf('@'))];
  return own.includes(guess) || isOneCharacter(guess) || commonPasswords.has(guess);
}

/** @param field where the request has it @throws NatterError `weak_password` */
export function refuseWeakPassword(
  password: string,
  account: { username: string; email: string },
  field: 'password' | 'new',
): void {
  if (isWeakPassword(password, account))
    throw new NatterError('weak_password', { fields: [{ field, code: 'weak_password' }] });
}

const isOneCharacter = (text: string): boolean => new Set(text).size === 1;

import { limits } from '@natter/contracts/limits';
import { describe, expect, it } from 'vitest';
import { commonPasswords } from './common-passwords.js';
import { isWeakPassword, refuseWeakPassword } from './password-rules.js';

const ada = { username: 'Ada.Lovelace', email: 'countess@example.org' };

describe('a password', () => {
  it.each([
    'password',
    'Password1',
    'P@ssw0rd',
    '12345678',
    'qwertyuiop',
    'iloveyou',
    'Summer2024',
    'zzzzzzzzzz',
    '🦙🦙🦙🦙',
  ])('is weak when it is common: %s', (password) => {
    expect(isWeakPassword(password, ada)).toBe(true);
    expect(() => refuseWeakPassword(password, ada, 'new')).toThrow(
      expect.objectContaining({
        code: 'weak_password',
        details: { fields: [{ field: 'new', code: 'weak_password' }] },
      }),
    );
  });

  it('is weak when it is the username or the email, in any case', () => {
    for (const password of ['ada.lovelace', 'ADA.LOVELACE', 'Countess@Example.org', 'countess'])
      expect(isWeakPassword(password, ada)).toBe(true);
  });

  it.each(['nine llamas on a raft', 'correct horse battery staple', 'Tr0ub4dor&3', '        x', 'пароль-лам'])(
    'is let through when it is none of these, of whatever characters it is: %s',
    (password) => {
      expect(isWeakPassword(password, ada)).toBe(false);
    },
  );
});

describe('the list of common passwords', () => {
  it('has thousands, all in lower case and of a length that would be let through', () => {
    expect(commonPasswords.size).toBeGreaterThan(10_000);
    const wrong = [...commonPasswords].filter(
      (password) => password.length < limits.passwordMin || password !== password.toLowerCase(),
    );
    expect(wrong).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { confirmAccount, confirmEmail, emailChanged, haveAccount, nameTaken, newPassword } from './letters.js';

const site = 'https://chat.example.org';

describe('a letter', () => {
  it.each([
    ['confirmAccount', confirmAccount(site, 'ann', `${site}/verify#t`), `${site}/verify#t`],
    ['nameTaken', nameTaken(site, 'ann'), `${site}/register`],
    ['haveAccount', haveAccount(site, 'ann'), `${site}/login`],
    ['confirmEmail', confirmEmail(site, 'ann', `${site}/verify#t`), `${site}/verify#t`],
    ['newPassword', newPassword(site, 'ann', `${site}/reset#t`), `${site}/reset#t`],
    ['emailChanged', emailChanged(site, 'ann'), `${site}/settings`],
  ])(
    '%s says whose account it is about, leads to one place, and says what to do when it was somebody else',
    (_, letter, href) => {
      for (const body of [letter.text, letter.html]) {
        expect(body).toContain('ann');
        expect(body).toContain('It was not you?');
      }
      expect(letter.text.match(/https:\/\/[^\s/]+\/\S+/g)).toEqual([href]);
      expect(letter.html.match(/href="([^"]*)"/g)).toEqual([`href="${href}"`]);
      expect(letter.subject).toMatch(/^[ -~]{1,60}$/);
    },
  );

  it('lets nothing through that HTML would read', () => {
    const { html, text } = confirmAccount(site, '<img src=x>&"\'', `${site}/verify#"><script>`);
    expect(html).not.toMatch(/<img|<script|"'/);
    expect(html).toContain('&#60;img src=x&#62;&#38;&#34;&#39;');
    expect(text).toContain('<img src=x>');
  });
});

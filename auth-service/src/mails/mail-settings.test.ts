import { describe, expect, it } from 'vitest';
import { parseMailUrl, parseSender } from './mail-settings.js';

describe('the address of a mail server', () => {
  it('is read with its account, whatever a password holds', () => {
    expect(parseMailUrl('smtps://me%40example.org:p%2Fw%3A@mail.example.org:465')).toEqual({
      host: 'mail.example.org',
      port: 465,
      isSecure: true,
      account: { user: 'me@example.org', password: 'p/w:' },
    });
    expect(parseMailUrl('smtp://mailpit:1025')).toEqual({ host: 'mailpit', port: 1025, isSecure: false });
    expect(parseMailUrl('smtp://[::1]')).toEqual({ host: '::1', isSecure: false });
  });

  it.each([
    '',
    'mail.example.org',
    'https://mail.example.org',
    'smtp://',
    'smtp://user@host',
    'smtp://:pw@host',
    'smtp://a:%zz@host',
    'smtp://host/path',
    'smtp://host?tls.rejectUnauthorized=false',
  ])('is not %j', (text) => expect(parseMailUrl(text)).toBeUndefined());
});

describe('a sender', () => {
  it('is an address, with a name or without', () => {
    expect(parseSender('natter@example.org')).toEqual({ name: '', address: 'natter@example.org' });
    expect(parseSender(' The Llamas <natter@example.org> ')).toEqual({
      name: 'The Llamas',
      address: 'natter@example.org',
    });
    expect(parseSender('<natter@example.org>')).toEqual({ name: '', address: 'natter@example.org' });
  });

  it.each([
    '',
    'natter',
    'Natter natter@example.org',
    'Natter <natter@example.org',
    'natter@example.org>',
    'a\r\nb <a@b>',
    'a@b, c@d',
  ])('is not %j', (text) => expect(parseSender(text)).toBeUndefined());
});

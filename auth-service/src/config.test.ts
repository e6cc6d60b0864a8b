import { ConfigError, parseConfig } from '@natter/service-kit/config';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.js';
import { mailSettings } from './mails/mail-settings.js';

const env = { NATS_URL: 'nats://nats:4222', DATABASE_URL: 'postgres://postgres/natter_auth', INSTANCE_ID: 'auth-1' };
const parse = (more: Record<string, string>) => parseConfig('auth-service', configSchema, { ...env, ...more });

describe('the configuration', () => {
  it('has the defaults of the contract', () => {
    expect(parse({})).toMatchObject({
      NATTER_ACCESS_TTL: 900,
      NATTER_REFRESH_TTL: 30 * 24 * 3_600,
      NATTER_FIRST_USER_ADMIN: false,
      NATTER_DEFAULT_GRANTS: ['create_room', 'invite_members', 'remove_members', 'send_files'],
    });
  });

  it('takes grants as a list, also an empty one, and no others than there are', () => {
    expect(parse({ NATTER_DEFAULT_GRANTS: 'send_files, create_room' }).NATTER_DEFAULT_GRANTS).toHaveLength(2);
    expect(parse({ NATTER_DEFAULT_GRANTS: '' }).NATTER_DEFAULT_GRANTS).toEqual([]);
    expect(() => parse({ NATTER_DEFAULT_GRANTS: 'fly' })).toThrow(/NATTER_DEFAULT_GRANTS has a bad value/);
  });

  it('names an administrator with both settings or none, and a password that is long enough', () => {
    expect(() => parse({ NATTER_ADMIN_USERNAME: 'root' })).toThrow(/NATTER_ADMIN_PASSWORD is missing/);
    expect(() => parse({ NATTER_ADMIN_PASSWORD: 'twelve llamas' })).toThrow(/NATTER_ADMIN_USERNAME is missing/);
    expect(() => parse({ NATTER_ADMIN_USERNAME: 'root', NATTER_ADMIN_PASSWORD: 'llamas' })).toThrow(ConfigError);
    expect(parse({ NATTER_ADMIN_USERNAME: 'root', NATTER_ADMIN_PASSWORD: 'twelve llamas' })).toBeDefined();
  });

  it('sends mails when all is said that it takes, and says what is missing, never what is there', () => {
    const mail = {
      NATTER_MAIL_URL: 'smtps://natter:s3cret@mail.example.org',
      NATTER_MAIL_FROM: 'Natter <natter@example.org>',
      NATTER_ORIGINS: 'https://chat.example.org/',
    };
    expect(mailSettings(parse({}))).toBeNull();
    expect(mailSettings(parse({ ...mail, NATTER_MAIL_URL: '', NATTER_MAIL_FROM: '' }))).toBeNull();
    expect(mailSettings(parse(mail))).toMatchObject({
      server: { host: 'mail.example.org' },
      sender: { name: 'Natter' },
    });
    const { NATTER_MAIL_URL, NATTER_MAIL_FROM, NATTER_ORIGINS } = mail;
    expect(() => parse({ NATTER_MAIL_FROM, NATTER_ORIGINS })).toThrow(/NATTER_MAIL_URL is missing/);
    expect(() => parse({ NATTER_MAIL_URL, NATTER_ORIGINS })).toThrow(/NATTER_MAIL_FROM is missing/);
    expect(() => parse({ NATTER_MAIL_URL, NATTER_MAIL_FROM })).toThrow(/NATTER_ORIGINS is missing/);
    const wrong = () => parse({ ...mail, NATTER_MAIL_URL: 'natter:s3cret@mail.example.org' });
    expect(wrong).toThrow(/NATTER_MAIL_URL has a bad value/);
    expect(wrong).not.toThrow(/s3cret/);
  });

  it('lets no session outlive its 90 days by a setting', () => {
    expect(() => parse({ NATTER_REFRESH_TTL: String(91 * 24 * 3_600) })).toThrow(/NATTER_REFRESH_TTL/);
  });
});

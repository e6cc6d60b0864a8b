// Everything the auth-service reads from its environment.
import { permissions } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import { baseConfig, databaseConfig, flag, list, optionalText, origins, rateFactor } from '@natter/service-kit/config';
import { z } from 'zod';
import { parseMailUrl, parseSender } from './mails/mail-settings.js';

const maxRefreshSeconds = 90 * 24 * 3_600;

export const configSchema = z
  .object({
    ...baseConfig,
    ...databaseConfig,
    NATTER_ACCESS_TTL: z.coerce
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(900)
      .describe('seconds an access token is good for'),
    NATTER_REFRESH_TTL: z.coerce
      .number()
      .int()
      .min(1)
      .max(maxRefreshSeconds)
      .default(30 * 24 * 3_600)
      .describe('seconds after which an unused refresh token expires; a session ends after 90 days in any case'),
    NATTER_RATE_FACTOR: rateFactor,
    NATTER_FIRST_USER_ADMIN: flag(false).describe('1: while there is no administrator, who registers first becomes it'),
    NATTER_ADMIN_USERNAME: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{2,32}$/)
      .optional()
      .describe('administrator made at first start; needs NATTER_ADMIN_PASSWORD'),
    NATTER_ADMIN_PASSWORD: z
      .string()
      .min(limits.passwordMin)
      .max(limits.passwordMax)
      .optional()
      .describe('password of that administrator, 8 to 128 characters; needs NATTER_ADMIN_USERNAME'),
    NATTER_DEFAULT_GRANTS: list(permissions.join(','))
      .pipe(z.array(z.enum(permissions)))
      .describe(`grants of a new account, with commas: ${permissions.join(', ')}`),
    NATTER_AUDIT_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .max(3_650)
      .default(180)
      .describe('days that entries of the audit trail are kept'),
    NATTER_MAIL_URL: optionalText((text) => parseMailUrl(text) !== undefined).describe(
      'mail server, for example smtps://user:password@mail.example.org:465; with it, whoever registers has to confirm their address',
    ),
    NATTER_MAIL_FROM: optionalText((text) => parseSender(text) !== undefined).describe(
      'sender of mails, for example Natter <natter@example.org>; needs NATTER_MAIL_URL',
    ),
    NATTER_ORIGINS: origins.describe('where browsers find this installation; links in mails lead to the first'),
  })
  .superRefine((config, context) => {
    const missing =
      config.NATTER_ADMIN_PASSWORD === undefined ? 'NATTER_ADMIN_PASSWORD' : ('NATTER_ADMIN_USERNAME' as const);
    if ((config.NATTER_ADMIN_USERNAME === undefined) !== (config.NATTER_ADMIN_PASSWORD === undefined))
      context.addIssue({ code: 'custom', path: [missing], message: 'both or neither' });
    const { NATTER_MAIL_URL: url, NATTER_MAIL_FROM: from } = config;
    const unmailable = url === undefined ? 'NATTER_MAIL_URL' : 'NATTER_MAIL_FROM';
    if ((url === undefined) !== (from === undefined))
      context.addIssue({ code: 'custom', path: [unmailable], message: 'both or neither' });
    if (url !== undefined && config.NATTER_ORIGINS.length === 0)
      context.addIssue({ code: 'custom', path: ['NATTER_ORIGINS'], message: 'links in mails need one' });
  });

export type Config = z.infer<typeof configSchema>;

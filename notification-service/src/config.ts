// The environment of the notification-service.
import { baseConfig, databaseConfig, flag, list } from '@natter/service-kit/config';
import { z } from 'zod';

/** Where the browsers of today have their push services. */
const pushHosts = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '*.push.services.mozilla.com',
  '*.push.apple.com',
  '*.notify.windows.com',
].join();

const isHost = (host: string): boolean => host === host.toLowerCase() && /^(\*\.)?[a-z0-9.:_-]+$/.test(host);

export const configSchema = z.object({
  ...baseConfig,
  ...databaseConfig,
  NATTER_PUSH_HOSTS: list(pushHosts)
    .refine((hosts) => hosts.every(isHost))
    .describe('push services that may be called: host names in lower case, *.example.org for all below'),
  NATTER_PUSH_CONTACT: z
    .string()
    .regex(/^(mailto:.+@.+|https:\/\/.+)$/)
    .default('mailto:postmaster@example.org')
    .describe('whom a push service may turn to: mailto: or https: address of the operator'),
  NATTER_INSECURE_HTTP: flag(false).describe(
    '1: push endpoints may be plain http, and hosts named in the list private',
  ),
});

export type Config = z.infer<typeof configSchema>;

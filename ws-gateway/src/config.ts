// The environment of a ws-gateway.
import { limits } from '@natter/contracts/limits';
import { isAddressOrRange } from '@natter/service-kit/client-address';
import { baseConfig, flag, list, origins, rateFactor } from '@natter/service-kit/config';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfig,
  HOST: z.string().default('127.0.0.1').describe('address that sockets are accepted on'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8_081)
    .describe('port that sockets are accepted on (0: any free one)'),
  NATTER_ORIGINS: origins.describe('origins a browser may come from, for example https://chat.example.org'),
  NATTER_INSECURE_HTTP: flag(false).describe('1 when browsers come over plain HTTP: cookies have no prefix then'),
  NATTER_TRUSTED_PROXIES: list()
    .refine((items) => items.every(isAddressOrRange))
    .describe('addresses or ranges of proxies whose X-Forwarded-For counts, for example 10.0.0.0/8'),
  NATTER_RATE_FACTOR: rateFactor,
  NATTER_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(20_000)
    .default(10_000)
    .describe('milliseconds over which a stopping instance spreads its goodbyes'),
  HEARTBEAT_MS: z.coerce
    .number()
    .int()
    .min(200)
    .max(60_000)
    .default(limits.heartbeatMs)
    .describe('milliseconds between pings; a socket that leaves two unanswered is closed'),
});

export type Config = z.infer<typeof configSchema>;

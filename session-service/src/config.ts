// The environment of the session-service.
import { baseConfig } from '@natter/service-kit/config';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfig,
  KV_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('copies of the registry in a NATS cluster, for example 3; applies when the buckets are made'),
});

export type Config = z.infer<typeof configSchema>;

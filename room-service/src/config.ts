// Everything the room-service reads from its environment.
import { baseConfig, databaseConfig } from '@natter/service-kit/config';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfig,
  ...databaseConfig,
  NATTER_FILE_QUOTA_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(2 ** 30)
    .describe('bytes that all files of one user may have together'),
});

export type Config = z.infer<typeof configSchema>;

// Everything the room-service reads from its environment.
import { baseConfig, databaseConfig } from '@natter/service-kit/config';
import { z } from 'zod';

export const configSchema = z.object({ ...baseConfig, ...databaseConfig });

export type Config = z.infer<typeof configSchema>;

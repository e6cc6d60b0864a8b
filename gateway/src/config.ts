// The gateway's settings.
import { baseConfig, flag, list, origins, rateFactor } from '@natter/service-kit/config';
import { z } from 'zod';
import { isAddressOrRange } from '@natter/service-kit/client-address';
import { parseUpstream } from './sockets/upstreams.js';

export const configSchema = z.object({
  ...baseConfig,
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('port to listen on (0: any free one)'),
  WEB_ROOT: z.string().default('web/dist/app').describe('folder of the built web client'),
  WS_UPSTREAMS: list()
    .refine((items) => items.every((item) => parseUpstream(item) !== undefined))
    .describe('ws-gateways to which /ws is passed, for example 127.0.0.1:8081,127.0.0.1:8082; empty: not passed'),
  NATTER_ORIGINS: origins.describe('origins a browser may come from, for example https://chat.example.org'),
  NATTER_INSECURE_HTTP: flag(false).describe('1: plain HTTP, cookies without Secure'),
  NATTER_TRUSTED_PROXIES: list()
    .refine((items) => items.every(isAddressOrRange))
    .describe('addresses or ranges of proxies whose X-Forwarded-For counts, for example 10.0.0.0/8'),
  NATTER_RATE_FACTOR: rateFactor,
  NATTER_FILES_DIR: z
    .string()
    .min(1)
    .default('.natter/files')
    .describe('folder of the files people send, shared by all gateways; with a bucket, of those on their way to it'),
  NATTER_S3_BUCKET: z.string().min(3).optional().describe('bucket for the files people send, instead of a folder'),
  NATTER_S3_REGION: z.string().default('us-east-1').describe('region of the bucket'),
  NATTER_S3_ENDPOINT: z
    .url()
    .optional()
    .describe('address of a bucket that is not at Amazon, for example http://minio:9000'),
  NATTER_S3_PATH_STYLE: flag(false).describe("1: the bucket's name stands in the path, as with MinIO"),
  NATTER_S3_ACCESS_KEY: z.string().min(1).optional().describe("key of the bucket; without it, the machine's own role"),
  NATTER_S3_SECRET_KEY: z.string().min(1).optional().describe('secret of that key'),
});

export type Config = z.infer<typeof configSchema>;

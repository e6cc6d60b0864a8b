// The environment, read once at start against one schema a service. All bad values are named in one message, then exit 1.
import { z } from 'zod';

/** What every service reads. */
export const baseConfig = {
  NATS_URL: z.string().min(1).describe('NATS server, for example nats://nats:4222'),
  NATS_NKEY_SEED: z
    .string()
    .regex(/^SU[A-Z2-7]{56}$/)
    .optional()
    .describe('seed of the nkey of this service, SU…; none for a nats-server of your own that lets anybody in'),
  INSTANCE_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .describe('name of this replica, unique among its kind, for example room-1'),
  HEALTH_HOST: z.string().default('127.0.0.1').describe('address of the internal port'),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('internal port: /healthz, /readyz, /metrics (0: any free one)'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least level that is logged'),
};

export const databaseConfig = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .describe('database of this service, for example postgres://user:password@postgres:5432/natter_rooms'),
};

/** A flag: 1/true/yes or 0/false/no. */
export const flag = (preset: boolean) =>
  z
    .enum(['1', 'true', 'yes', '0', 'false', 'no', ''])
    .default(preset ? '1' : '0')
    .transform((value) => ['1', 'true', 'yes'].includes(value));

/** A list with commas; empty entries are dropped. */
export const list = (preset = '') =>
  z
    .string()
    .default(preset)
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    );

/** Where browsers come from, as they write it in `Origin`. */
export const origins = list()
  .refine((items) => items.every((item) => /^https?:\/\//i.test(item) && URL.canParse(item)))
  .transform((items) => items.map((item) => new URL(item).origin));

/** A text that may be left out; an empty one is left out, which is how containers hand on what is not set. */
export const optionalText = (isGood: (text: string) => boolean) =>
  z
    .string()
    .refine((text) => text === '' || isGood(text))
    .transform((text) => (text === '' ? undefined : text))
    .optional();

export const rateFactor = z.coerce
  .number()
  .min(0.001)
  .max(1e9)
  .default(1)
  .describe('multiplies every rate limit, for load tests');

export type BaseConfig = z.infer<z.ZodObject<typeof baseConfig>>;

export class ConfigError extends Error {}

/** Reads `env` by `schema`. @throws ConfigError with one line for each bad value and what it is for. */
export function parseConfig<S extends z.ZodObject>(
  service: string,
  schema: S,
  env: Record<string, string | undefined>,
): z.infer<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0]);
    const wrong = env[name] === undefined ? 'is missing' : 'has a bad value';
    const field = schema.shape[name] as z.ZodType | undefined;
    lines.set(name, `  ${name} ${wrong} (${field?.description ?? issue.message})`);
  }
  throw new ConfigError(`${service} cannot start:\n${[...lines.values()].join('\n')}`);
}

/** As `parseConfig` from the process's environment; prints the message and exits with 1 when something is wrong. */
export function loadConfig<S extends z.ZodObject>(service: string, schema: S): z.infer<S> {
  try {
    return parseConfig(service, schema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

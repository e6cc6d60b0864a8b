import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultOrigins } from './origins.js';
import { instancesOf, SERVICES, type ServiceName, servicePart, type Surroundings } from './services.js';

let root: string;
let around: Surroundings;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'natter-services-'));
  for (const service of SERVICES.filter((name) => name !== 'gateway')) {
    mkdirSync(join(root, service, 'dist'), { recursive: true });
    writeFileSync(join(root, service, 'dist', 'main.js'), '');
  }
  around = {
    root,
    natsUrl: 'nats://bus',
    natsSeeds: {
      gateway: 'G',
      'ws-gateway': 'W',
      'auth-service': 'A',
      'room-service': 'R',
      'session-service': 'S',
      'notification-service': 'N',
    },
    databaseUrls: { natter_auth: 'a', natter_rooms: 'r', natter_notifications: 'n' },
    logLevel: 'info',
    settings: { NATTER_ADMIN_PASSWORD: 'secret', NATTER_DRAIN_MS: '5', FAULT: 'yes' },
  };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const envOf = (service: ServiceName): Readonly<Record<string, string>> =>
  servicePart({ name: 'x-1', service }, around, 7, {}).env;

it('names the instances', () => {
  const replicas = {
    'auth-service': 1,
    'room-service': 2,
    'session-service': 0,
    'notification-service': 1,
    'ws-gateway': 2,
    gateway: 1,
  };
  const names = instancesOf(replicas).map(({ name }) => name);
  expect(names).toEqual(['auth-1', 'room-1', 'room-2', 'notification-1', 'ws-1', 'ws-2', 'gateway-1']);
});

it('gives a database only to the service that owns it', () => {
  expect(envOf('auth-service')['DATABASE_URL']).toBe('a');
  expect(envOf('room-service')['DATABASE_URL']).toBe('r');
  expect(envOf('session-service')).not.toHaveProperty('DATABASE_URL');
});

it('gives each service its own key to the bus, and none for a bus of the operator’s', () => {
  expect(envOf('room-service')['NATS_NKEY_SEED']).toBe('R');
  expect(Object.values(envOf('ws-gateway')).filter((value) => /^[GWARSN]$/.test(value))).toEqual(['W']);
  const { env } = servicePart({ name: 'x-1', service: 'room-service' }, { ...around, natsSeeds: undefined }, 7, {});
  expect(env).not.toHaveProperty('NATS_NKEY_SEED');
});

it('gives a setting to those that list it, and a variable nobody lists to all', () => {
  expect(envOf('auth-service')).toMatchObject({ NATTER_ADMIN_PASSWORD: 'secret', FAULT: 'yes' });
  expect(envOf('ws-gateway')).toMatchObject({
    NATTER_DRAIN_MS: '5',
    FAULT: 'yes',
    HEALTH_PORT: '7',
    INSTANCE_ID: 'x-1',
  });
  expect(envOf('ws-gateway')).not.toHaveProperty('NATTER_ADMIN_PASSWORD');
});

it('keeps the rest of the environment from the services', () => {
  process.env['SECRET_OF_SOMEBODY_ELSE'] = 'x';
  expect(envOf('room-service')).not.toHaveProperty('SECRET_OF_SOMEBODY_ELSE');
  delete process.env['SECRET_OF_SOMEBODY_ELSE'];
});

it('says which service is not built', () => {
  expect(() => envOf('gateway')).toThrow(
    'gateway is not built (gateway/dist/main.js is missing): run `npm run build`.',
  );
});

it('allows this machine as origin, and the address listened on', () => {
  expect(defaultOrigins('127.0.0.1', 8080)).toBe('http://localhost:8080,http://127.0.0.1:8080');
  expect(defaultOrigins('10.0.0.7', 80)).toBe('http://localhost,http://127.0.0.1,http://10.0.0.7');
  expect(defaultOrigins('0.0.0.0', 8080)).not.toContain('0.0.0.0:');
});

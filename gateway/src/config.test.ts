import { parseConfig } from '@natter/service-kit/config';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.js';

const base = { NATS_URL: 'nats://n:4222', INSTANCE_ID: 'gateway-1' };
const parse = (env: Record<string, string>) => parseConfig('gateway', configSchema, { ...base, ...env });

describe('the settings', () => {
  it('have defaults for one machine', () => {
    expect(parse({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      WS_UPSTREAMS: [],
      NATTER_ORIGINS: [],
      NATTER_INSECURE_HTTP: false,
    });
  });

  it('take origins as browsers write them', () => {
    expect(parse({ NATTER_ORIGINS: 'HTTPS://Chat.Example:443/, http://localhost:8080' }).NATTER_ORIGINS).toEqual([
      'https://chat.example',
      'http://localhost:8080',
    ]);
  });

  it('name every bad value at once', () => {
    const bad = {
      PORT: 'x',
      WS_UPSTREAMS: 'ws-1',
      NATTER_ORIGINS: '*',
      NATTER_TRUSTED_PROXIES: 'nginx',
      NATTER_RATE_FACTOR: '-1',
    };
    expect(() => parse(bad)).toThrow(
      /PORT[\s\S]*WS_UPSTREAMS[\s\S]*NATTER_ORIGINS[\s\S]*NATTER_TRUSTED_PROXIES[\s\S]*NATTER_RATE_FACTOR/,
    );
  });
});

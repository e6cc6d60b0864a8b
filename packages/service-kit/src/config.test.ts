import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { baseConfig, flag, list, parseConfig } from './config.js';

const schema = z.object({ ...baseConfig, PLAIN: flag(false), HOSTS: list('a, b') });

describe('configuration', () => {
  it('names every bad value at once, with what it is for', () => {
    expect(() => parseConfig('ws-gateway', schema, { HEALTH_PORT: 'x' })).toThrow(
      /^ws-gateway cannot start:\n {2}NATS_URL is missing \(NATS server.*\)\n {2}INSTANCE_ID is missing.*\n {2}HEALTH_PORT has a bad value/,
    );
  });

  it('never repeats a value: it may be a secret', () => {
    expect(() => parseConfig('x', schema, { NATS_URL: '', INSTANCE_ID: 's3cret value' })).not.toThrow(/s3cret/);
  });

  it('reads flags and lists', () => {
    const config = parseConfig('x', schema, { NATS_URL: 'nats://n', INSTANCE_ID: 'a', PLAIN: 'yes', HOSTS: 'x,, y ' });
    expect(config.PLAIN).toBe(true);
    expect(config.HOSTS).toEqual(['x', 'y']);
  });
});

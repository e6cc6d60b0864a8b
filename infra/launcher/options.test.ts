import { expect, it } from 'vitest';
import { LaunchError } from './launch-error.js';
import { readOptions } from './options.js';

const read = (args: string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof readOptions> =>
  readOptions(args, env, '/srv/natter');

it('needs nothing to be said', () => {
  expect(read([])).toEqual({
    help: false,
    verbose: false,
    demo: false,
    port: 8080,
    host: '127.0.0.1',
    dataDir: '/srv/natter/.natter',
    settings: {},
    unknownSettings: [],
  });
});

it('takes flags and addresses', () => {
  const env = {
    PORT: '9000',
    HOST: '0.0.0.0',
    NATTER_DATA: '../data',
    DATABASE_URL: 'postgres://a:b@db/x',
    NATS_URL: 'nats://bus',
  };
  expect(read(['--verbose', '--demo'], env)).toMatchObject({
    verbose: true,
    demo: true,
    port: 9000,
    host: '0.0.0.0',
    dataDir: '/srv/data',
    databaseUrl: 'postgres://a:b@db/x',
    natsUrl: 'nats://bus',
  });
});

it('passes on the settings it knows and names those it does not', () => {
  const options = read([], { NATTER_RATE_FACTOR: '10', NATTER_RAET_FACTOR: '10', NATTER_DRAIN_MS: '', HOME: '/root' });
  expect(options.settings).toEqual({ NATTER_RATE_FACTOR: '10' });
  expect(options.unknownSettings).toEqual(['NATTER_RAET_FACTOR']);
});

it.each([
  [['--fast'], {}, 'Unknown option --fast'],
  [[], { PORT: 'http' }, 'PORT=http is not a port'],
  [[], { PORT: '70000' }, 'PORT=70000 is not a port'],
  [[], { DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is not the URL of a PostgreSQL'],
  [[], { NATTER_ADMIN_USERNAME: 'root' }, 'belong together'],
  [[], { NATTER_MAIL_URL: 'smtp://localhost' }, 'belong together'],
  [['--demo'], { NATTER_MAIL_URL: 'smtp://localhost', NATTER_MAIL_FROM: 'a@b.org' }, 'read no mail'],
])('refuses %j %j in one sentence', (args, env, sentence) => {
  expect(() => read(args, env)).toThrow(LaunchError);
  expect(() => read(args, env)).toThrow(sentence);
});

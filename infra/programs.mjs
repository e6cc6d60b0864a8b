// What is made into bundles, and what cannot be.
import { basename, dirname, join } from 'node:path';

/** In the order in which they are made. */
export const SERVICES = [
  'auth-service',
  'room-service',
  'session-service',
  'notification-service',
  'ws-gateway',
  'gateway',
];

/** The operator's commands, and the programs by which `restore` has tables made. */
export const OPERATOR = [
  'infra/natter/dist/main.js',
  ...['auth-service', 'room-service', 'notification-service'].map((service) => `${service}/dist/migrate.js`),
];

/** Packages with machine code: they are in no bundle, but stay where npm put them. */
export const NATIVE = ['@node-rs/argon2', 'sharp'];

/** The folder of a program's bundle: two programs of one folder do not share it. */
export function bundleOf(program) {
  const name = basename(program, '.js');
  return join(dirname(program), name === 'main' ? 'bundle' : `bundle-${name}`);
}

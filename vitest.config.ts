import { defineConfig } from 'vitest/config';

// unit: no network, milliseconds. int: one part on the real PostgreSQL and NATS. e2e: the whole system as processes.
// A debt: on a machine that is not ours a test of live processes may be tried once more; here it must pass at once.
const retry = process.env['CI'] === 'true' ? 1 : 0;
const ignored = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...ignored, '**/*.int.test.ts', '**/*.e2e.test.ts'],
        },
      },
      {
        test: {
          name: 'int',
          sequence: { groupOrder: 1 },
          include: ['**/*.int.test.ts'],
          exclude: ignored,
          globalSetup: ['./infra/launcher/test-backends.ts'],
          retry,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['e2e/**/*.e2e.test.ts'],
          exclude: ignored,
          retry,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

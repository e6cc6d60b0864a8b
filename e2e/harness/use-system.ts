// One system for all tests of a file. When a test fails, what the parts complained about stands beside it.
import { afterAll, afterEach, beforeEach } from 'vitest';
import { System } from './stack.js';

/** Starts a system and stops it after the file's last test. */
export async function useSystem(options: Parameters<typeof System.start>[0] = {}): Promise<System> {
  const system = await System.start(options);
  let from = 0;
  beforeEach(() => {
    from = system.log.length;
  });
  afterEach(({ task }) => {
    const said = system.log.slice(from).filter(({ level }) => level === 'warn' || level === 'error');
    const lines = said.slice(-30).map(({ part, level, text }) => `  ${part} ${level} ${text}`);
    if (task.result?.state === 'fail' && lines.length > 0) console.error(`meanwhile:\n${lines.join('\n')}`);
  });
  afterAll(() => system.stop());
  return system;
}

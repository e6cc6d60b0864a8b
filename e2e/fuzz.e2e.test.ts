// What no client says, said by a fixed seed: a short run of `npm run fuzz`, as a process of its own like the real one (P7, P17, P20).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SEED = 20_260_101;

it('some thousand broken frames and requests end no process, get no 5xx, and no bystander notices', async () => {
  const main = fileURLToPath(new URL('./dist/fuzz/main.js', import.meta.url));
  const run = spawn(process.execPath, [main, '--quick', '--seed', String(SEED)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  const code = await new Promise((resolve) => run.once('exit', resolve));
  expect(code, said.join('')).toBe(0);
  expect(said.join('')).toContain('nothing found');
});

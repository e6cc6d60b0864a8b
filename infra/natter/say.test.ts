import { expect, it } from 'vitest';
import { count, sayer, size, told } from './say.js';

it('numbers are such as people read', () => {
  expect([count(0, 'row'), count(1, 'row'), count(1_204, 'row')]).toEqual(['0 rows', '1 row', '1,204 rows']);
  expect([0, 1_023, 1_024, 12.25 * 1024 ** 2, 3 * 1024 ** 5].map(size)).toEqual([
    '0 bytes',
    '1023 bytes',
    '1.0 KiB',
    '12.3 MiB',
    '3072.0 TiB',
  ]);
});

it('what goes on is told now and then, what is done always', async () => {
  const lines: string[] = [];
  let nowMs = 0;
  const say = sayer(
    (line) => lines.push(line),
    () => nowMs,
  );
  const chunks = (async function* () {
    for (nowMs = 0; nowMs < 10_000; nowMs += 900) yield Buffer.alloc(1_000);
  })();
  for await (const chunk of told(chunks, say, (bytes) => `${bytes} so far`)) expect(chunk.length).toBe(1_000);
  say('done');
  expect(lines).toEqual(['4000 so far\n', '7000 so far\n', '10000 so far\n', 'done\n']);
});

import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keptSecrets } from './secrets.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'natter-secrets-'));
  file = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('secrets are made once, each its own, for their owner alone', () => {
  const made = keptSecrets(file, ['postgres', 'natter_auth']);
  expect(made.postgres).not.toBe(made.natter_auth);
  expect(keptSecrets(file, ['postgres', 'natter_auth'])).toEqual(made);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('a secret that is added leaves those that open data, and never half a file', () => {
  const made = keptSecrets(file, ['postgres']);
  linkSync(file, join(folder, 'as it was'));
  const more = keptSecrets(file, ['postgres', 'GATEWAY_NKEY'], () => 'new');
  expect(more).toEqual({ ...made, GATEWAY_NKEY: 'new' });
  // Another file took its name; the one that was there has not been touched.
  expect(JSON.parse(readFileSync(join(folder, 'as it was'), 'utf8'))).toEqual(made);
  expect(readdirSync(folder).sort()).toEqual(['as it was', 'secrets.json']);
});

it('a damaged file is refused rather than replaced: new passwords would not open the old data', () => {
  writeFileSync(file, '{"postgres": "sec');
  expect(() => keptSecrets(file, ['postgres'])).toThrow('is damaged');
  expect(readFileSync(file, 'utf8')).toBe('{"postgres": "sec');
});

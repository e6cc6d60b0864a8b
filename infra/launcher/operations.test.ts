// The page for operators speaks of metrics and settings by name: each has to be one that there is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SERVICES } from './services.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
/** What Prometheus adds to a histogram, and we to the two numbers of an outbox. */
const SUFFIX = /_(bucket|count|sum|waiting|oldest_seconds)$/;
const page = read('docs/operations.md');
const namesIn = (text: string, pattern: RegExp): string[] => [...new Set(text.match(pattern))].sort();

it('names metrics that a service has', () => {
  const sources = SERVICES.flatMap((service) =>
    readdirSync(join(ROOT, service, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => read(join(service, 'src', file))),
  );
  const made = new Set(sources.flatMap((text) => namesIn(text, /'natter_[a-z_]+'/g)).map((name) => name.slice(1, -1)));
  const named = namesIn(page, /\bnatter_(?!auth\b|rooms\b|notifications\b|restored\b)[a-z_]+/g);
  expect(named.length).toBeGreaterThan(10);
  const isMade = (name: string): boolean => made.has(name) || made.has(name.replace(SUFFIX, ''));
  expect(named.filter((name) => !isMade(name))).toEqual([]);
});

it('names settings that there are', () => {
  const known = `${read('docs/configuration.md')}${read('.env.example')}${read('infra/README.md')}`;
  const named = namesIn(page, /\bNATTER_[A-Z0-9_]+/g);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

it('names files that there are', () => {
  const links = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, path = '']) => path);
  for (const link of links) expect(read(join('docs', link.endsWith('/') ? `${link}README.md` : link))).not.toBe('');
});

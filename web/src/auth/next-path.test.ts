import { expect, it } from 'vitest';
import { nextPath } from './next-path.js';

it.each(['/chat/lobby', '/search?q=a%20b', '/settings#sessions'])('goes to %s', (path) => {
  expect(nextPath(`?next=${encodeURIComponent(path)}`)).toBe(path);
});

it.each([
  '',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/login',
  'chat',
  'javascript:alert(1)',
])('does not go to «%s»', (path) => {
  expect(nextPath(`?next=${encodeURIComponent(path)}`)).toBe('/rooms');
});

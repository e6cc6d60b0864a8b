import { describe, expect, it } from 'vitest';
import { requestIdOf } from './request-id.js';

describe('a request id', () => {
  it('is the caller’s when it is sane', () => {
    expect(requestIdOf({ 'x-request-id': 'trace-1' })).toBe('trace-1');
    for (const bad of ['', 'a b', 'x'.repeat(65), 'é', 'a"b'])
      expect(requestIdOf({ 'x-request-id': bad })).toMatch(/^[0-9a-f-]{36}$/);
  });
});

import { describe, expect, it } from 'vitest';
import { LastSeen } from './last-seen.js';

describe('last seen', () => {
  it('is when a user went last, or not known', () => {
    const lastSeen = new LastSeen();
    lastSeen.note('ada', 0);
    lastSeen.note('ada', 1_000);
    expect(lastSeen.of('ada')).toBe('1970-01-01T00:00:01.000Z');
    expect(lastSeen.of('bob')).toBeNull();
  });

  it('forgets who went first when there are too many', () => {
    const lastSeen = new LastSeen(2);
    lastSeen.note('ada', 1);
    lastSeen.note('bob', 2);
    lastSeen.note('ada', 3);
    lastSeen.note('cy', 4);
    expect(['ada', 'bob', 'cy'].map((user) => lastSeen.of(user) !== null)).toEqual([true, false, true]);
  });
});

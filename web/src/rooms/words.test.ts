import { describe, expect, it } from 'vitest';
import { muteChoices, quietText } from './words.js';

describe('how one is told of a room', () => {
  it('is said when it is not the usual', () => {
    expect(quietText({ notify: 'all', muted_until: null })).toBeUndefined();
    expect(quietText({ notify: 'mentions', muted_until: null })).toBe('Mentions only');
    expect(quietText({ notify: 'none', muted_until: null })).toBe('No notifications');
    expect(quietText({ notify: 'none', muted_until: '2030-01-01T12:00:00.000Z' })).toMatch(/^Muted until .*2030/);
  });

  it('a mute without an end has none in words', () => {
    const until = muteChoices.at(-1)!.until(0);
    expect(quietText({ notify: 'all', muted_until: until })).toBe('Muted');
    expect(muteChoices[0]!.until(0)).toBe('1970-01-01T01:00:00.000Z');
  });
});

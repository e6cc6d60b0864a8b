import { describe, expect, it } from 'vitest';
import { brokenParameter, isBrokenPage } from './target.js';

describe('a path that cannot be decoded', () => {
  it('is a page unless it is under /api or /ws, however they are spelled', () => {
    for (const path of ['/%', '/%zz?a=b', '/chat/%E0%A4%A', '/%ff', '/apix/%', '/wsx/%', 'http://h/chat/%'])
      expect(isBrokenPage(path), path).toBe(true);
    for (const path of ['/api/%', '/%61pi/%ff', '/ws/%', 'http://h/api/%', '/chat/general', '/chat/a?q=%', '/'])
      expect(isBrokenPage(path), path).toBe(false);
  });
});

describe('a query', () => {
  it('names its first parameter that cannot be decoded', () => {
    expect(brokenParameter('/api/search/rooms?limit=1&q=%E0%A4%A&x=%')).toBe('q');
    for (const broken of ['%ff', '%ed%a0%80', '%', 'a%zz']) expect(brokenParameter(`/x?q=${broken}`)).toBe('q');
    expect(brokenParameter('/x?%ff=1')).toBe('');
    expect(brokenParameter('/x?%71=%ff')).toBe('q');
    for (const fine of ['/x', '/x?', '/x?q=100%25+a&b', '/x?q=%F0%9F%91%8D', '/x#%ff'])
      expect(brokenParameter(fine)).toBeUndefined();
  });
});

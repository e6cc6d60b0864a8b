import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName } from './file-name.js';

describe('the name of a file', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['naïve — 日本 👩‍🚀.txt', 'naïve — 日本 👩‍🚀.txt'],
    ['.htaccess', '.htaccess'],
    ['100%.txt', '100%.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\fakepath\\a.txt', 'a.txt'],
    ['/', 'file'],
    ['', 'file'],
    ['..', 'file'],
    ['dir/..', 'file'],
    ['   ', 'file'],
    ['a\r\nSet-Cookie: x=1.txt', 'aSet-Cookie: x=1.txt'],
    ['a%0D%0Ab.txt', 'ab.txt'],
    ['say %22hi%22.txt', 'say "hi".txt'],
    ['a\u0000b\u007f\u0085.txt', 'ab.txt'],
    ['invoice\u202Egpj.exe', 'invoicegpj.exe'],
    ['a\u2066b\u2069\u200F\u061Cc.txt', 'abc.txt'],
    ['a\u2028b.txt', 'ab.txt'],
    ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
  ])('%j becomes %j', (sent, name) => expect(safeFileName(sent)).toBe(name));

  it('is cut to 255 bytes between characters, and keeps its extension', () => {
    const name = safeFileName(`${'é'.repeat(300)}.tar.gz`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^é+\.gz$|^é+.*\.gz$/u);
    expect(safeFileName(`x.${'y'.repeat(400)}`)).toHaveLength(255);
  });

  it('is safe whatever was sent', () => {
    const odd = fc.constantFrom(
      '/',
      '\\',
      '.',
      '%22',
      '%0d',
      '\r',
      '\n',
      '\u202e',
      '\ud800',
      'a',
      ' ',
      '日',
      '.txt',
      '\0',
    );
    const any = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    fc.assert(
      fc.property(fc.array(fc.oneof(odd, any), { maxLength: 300 }), (units) => {
        const name = safeFileName(units.join(''));
        expect(name).not.toBe('');
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Bidi_Control}]/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name.isWellFormed()).toBe(true);
        expect(['.', '..']).not.toContain(name);
      }),
    );
  });
});

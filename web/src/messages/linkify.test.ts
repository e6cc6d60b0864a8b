import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkify } from './linkify.js';

const links = (text: string) => linkify(text).flatMap(({ text, href }) => (href ? [text] : []));

describe('linkify', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://example.org/x_(y))', ['https://example.org/x_(y)']],
    ['http://a.example, https://b.example!', ['http://a.example', 'https://b.example']],
    ['HTTPS://EXAMPLE.ORG', ['HTTPS://EXAMPLE.ORG']],
    ['«https://example.org»', ['https://example.org']],
    ['javascript:alert(1) data:text/html,x ftp://example.org //example.org', []],
    ['https://', []],
    ['nothing', []],
  ])('finds addresses in «%s»', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  it('loses nothing of a text, and links only to http and https', () => {
    const piece = fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(' ', '(', ')', '.', 'https://', 'javascript:'));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const parts = linkify(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const { href } of parts) if (href) expect(href).toMatch(/^https?:\/\//);
      }),
    );
    // A hundred texts full of addresses: a second, and many on a machine that is busy.
  }, 120_000);
});

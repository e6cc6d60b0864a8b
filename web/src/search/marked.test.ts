import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marked, snippet } from './marked.js';

const shown = (text: string, query: string): string =>
  marked(text, query)
    .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
    .join('');

describe('what was found', () => {
  it.each([
    ['Hẹn gặp lại, hen gap!', 'hen gap', '[Hẹn gặp] lại, [hen gap]!'],
    ['Straße und strasse', 'STRASSE', '[Straße] und [strasse]'],
    ['ПРИВЕТ, привет', 'привет', '[ПРИВЕТ], [привет]'],
    ['a.*b', '.*', 'a[.*]b'],
    ['<b>&amp;', '&amp;', '<b>[&amp;]'],
    ['e\u0301te\u0301', 'ete', '[e\u0301te\u0301]'],
    ['aaaa', 'aa', '[aa][aa]'],
    ['nothing', 'x', 'nothing'],
    ['nothing', '\u0301', 'nothing'],
  ])('in %j for %j is %j', (text, query, expected) => {
    expect(shown(text, query)).toBe(expected);
  });

  it('is all of the text, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'grapheme', maxLength: 3 }),
        (text, query) => {
          expect(
            marked(text, query)
              .map((part) => part.text)
              .join(''),
          ).toBe(text);
        },
      ),
    );
  });
});

describe('a snippet', () => {
  it('shows the first find of a long text, from a whole word on', () => {
    const [first, found, last, ...rest] = snippet(`${'word '.repeat(100)}llama ${'more '.repeat(100)}`, 'LLAMA');
    expect(first?.text).toMatch(/^…word (word )+$/);
    expect(found).toEqual({ text: 'llama', isFound: true });
    expect(last?.text).toMatch(/^ (more )+\S*…$/);
    expect(rest).toEqual([]);
  });

  it('of a short text is the text', () => {
    expect(snippet('a llama', 'llama')).toEqual([
      { text: 'a ', isFound: false },
      { text: 'llama', isFound: true },
    ]);
  });
});

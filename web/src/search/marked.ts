// The words that a search found, marked in the text they were found in: as parts to be drawn as text, never as HTML.
import { fold } from '@natter/contracts/fold';

export interface Part {
  text: string;
  isFound: boolean;
}

/** Characters shown before the first find, and in all. */
const [before, most] = [60, 280];
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A text as parts that, put together, are that text again. Compared as the server does: without letter case and marks. */
export function marked(text: string, query: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const [from, to] of finds(text, fold(query))) {
    if (from > at) parts.push({ text: text.slice(at, from), isFound: false });
    parts.push({ text: text.slice(from, to), isFound: true });
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at), isFound: false });
  return parts;
}

/** The same of the piece of a long text that holds the first find. */
export function snippet(text: string, query: string): Part[] {
  const parts = marked(text, query);
  const [first] = parts;
  if (first && !first.isFound && parts.length > 1 && first.text.length > before)
    parts[0] = { text: `…${fromWord(first.text.slice(-before))}`, isFound: false };
  let left = most;
  return parts.flatMap((part) => {
    if (left <= 0) return [];
    const isWhole = part.text.length <= left;
    const shown = isWhole ? part : { ...part, text: `${part.text.slice(0, left).toWellFormed()}…` };
    left -= part.text.length;
    return [shown];
  });
}

/** Begins with a whole word, where there is one. */
const fromWord = (text: string): string => text.replace(/^\S{0,20}\s+/u, '').toWellFormed();

/** Where `needle`, folded, stands in a text: from, to. Folding changes lengths, so each folded character knows where it came from. */
function finds(text: string, needle: string): [from: number, to: number][] {
  if (needle === '') return [];
  let folded = '';
  const from: number[] = [];
  const to: number[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const piece = fold(segment);
    folded += piece;
    for (let i = 0; i < piece.length; i++) {
      from.push(index);
      to.push(index + segment.length);
    }
  }
  const found: [number, number][] = [];
  for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + needle.length))
    found.push([Math.max(from[at] ?? 0, found.at(-1)?.[1] ?? 0), to[at + needle.length - 1] ?? 0]);
  return found.filter(([start, end]) => end > start);
}

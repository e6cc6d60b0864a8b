// Finds addresses in a text. Only http and https: anything else stays the text it is.

export interface TextPart {
  text: string;
  /** Set when this part is an address. */
  href?: string;
}

const candidate = /https?:\/\/[^\s<>"«»]+/giu;
/** Rarely meant to belong to an address that ends a sentence. */
const trailing = /[.,;:!?'’”*_~]+$/u;
const brackets: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** A text as parts that, put together, are that text again. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(candidate)) {
    const address = trimmed(match[0]);
    const href = safeHref(address);
    if (!href) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

function trimmed(address: string): string {
  for (let rest = address; ; ) {
    const cut = rest.replace(trailing, '');
    const last = cut.at(-1) ?? '';
    const opening = brackets[last];
    const isLoose = opening !== undefined && count(cut, last) > count(cut, opening);
    const next = isLoose ? cut.slice(0, -1) : cut;
    if (next === rest) return rest;
    rest = next;
  }
}

const count = (text: string, char: string): number => text.split(char).length - 1;

function safeHref(address: string): string | undefined {
  try {
    const url = new URL(address);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

// The words of a message: as text, never as HTML, with its addresses made links, and one's own name marked where it is called.
import { mentionsIn } from '@natter/contracts/mentions';
import { memo, type ReactNode } from 'react';
import { linkify } from './linkify.js';

/** @param named one's own username, if the message names one */
export const MessageText = memo(function MessageText({ text, named }: { text: string; named?: string | undefined }) {
  return (
    <div className="text" dir="auto">
      {linkify(text).map(({ text, href }, index) =>
        href ? (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer">
            {text}
          </a>
        ) : named === undefined ? (
          text
        ) : (
          withName(text, named.toLowerCase(), index)
        ),
      )}
    </div>
  );
});

function withName(text: string, named: string, key: number): ReactNode {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const { index, names } of mentionsIn(text)) {
    if (!names.includes(named)) continue;
    const end = index + 1 + named.length;
    parts.push(text.slice(from, index), <mark key={`${key} ${index}`}>{text.slice(index, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}

// The words of a message: as text, never as HTML, with its addresses made links.
import { memo } from 'react';
import { linkify } from './linkify.js';

export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return (
    <div className="text" dir="auto">
      {linkify(text).map(({ text, href }, index) =>
        href ? (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer">
            {text}
          </a>
        ) : (
          text
        ),
      )}
    </div>
  );
});

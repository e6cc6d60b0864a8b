// What a message replies to, above its words; a click leads there.
import type { RowActions } from './row-actions.js';
import { excerptOf } from './words.js';

export function Quote({ seq, actions }: { seq: number; actions: RowActions }) {
  const message = actions.messageAt(seq);
  if (!message) return <p className="quote">An earlier message</p>;
  return (
    <button type="button" className="quote" onClick={() => actions.jumpTo(seq)}>
      <strong dir="auto">{message.sender.id === actions.me ? 'You' : actions.nameOf(message.sender)}</strong>
      <span className="clip" dir="auto">
        {excerptOf(message)}
      </span>
    </button>
  );
}

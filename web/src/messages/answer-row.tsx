// Something said in a thread, as the room sees it: one line, which leads there.
import { ThreadIcon } from '../frame/icons.js';
import type { Row } from '../store/timeline.js';
import type { RowActions } from './row-actions.js';
import { excerptOf, timeOf } from './words.js';

export function AnswerRow({ row, actions }: { row: Row & { kind: 'answer' }; actions: RowActions }) {
  const { message, root } = row;
  const isMine = message.sender.id === actions.me;
  const name = isMine ? 'You' : actions.nameOf(message.sender);
  const isNamed = !isMine && message.mentions.includes(actions.me);
  const above = actions.messageAt(root);
  return (
    <article tabIndex={-1} className={`answer ${isNamed ? 'names-me' : ''}`} aria-label={`${name}, in a thread`}>
      <button type="button" onClick={() => actions.openThread?.(root)} title={above && `Thread: ${excerptOf(above)}`}>
        <ThreadIcon className="small" />
        <span className="clip" dir="auto">
          <strong>{name}</strong> {excerptOf(message)}
        </span>
        <time dateTime={message.ts}>{timeOf(message.ts)}</time>
      </button>
    </article>
  );
}

// A message of one's own that is not stored yet, and what is said where something was refused.
import { WarnIcon } from '../frame/icons.js';
import type { Row } from '../store/timeline.js';
import { DeliveryMark } from './delivery-mark.js';
import { MessageText } from './message-text.js';
import { Quote } from './quote.js';
import type { RowActions } from './row-actions.js';
import { filesText, rowClass } from './words.js';

export function PendingRow({ row, actions }: { row: Row & { kind: 'pending' }; actions: RowActions }) {
  const { message, isFirst, isLast } = row;
  const isRefused = message.state === 'refused';
  return (
    <article tabIndex={-1} className={rowClass(true, isFirst, isLast, isRefused && 'refused')} aria-label="You">
      <div className="said">
        <div className="bubble">
          {message.reply_to !== undefined && <Quote seq={message.reply_to} actions={actions} />}
          {message.body && <MessageText text={message.body} />}
          {message.files && <p className="text">{filesText(message.files.length)}</p>}
          <p className="stamp">
            {message.state === 'queued' && <span>waiting</span>}
            <DeliveryMark state={message.state} />
          </p>
        </div>
        {isRefused && <Refusal what="Not sent." {...message} actions={actions} />}
      </div>
    </article>
  );
}

interface RefusalProps {
  what: string;
  /** Of what was refused. */
  id: string;
  reason?: string;
  actions: RowActions;
}

export function Refusal({ what, id, reason, actions }: RefusalProps) {
  return (
    <div className="refusal">
      <p>
        <WarnIcon className="small" /> {what} {reason}
      </p>
      <button type="button" className="link-button" onClick={() => actions.retry(id)}>
        Try again
      </button>
      <button type="button" className="link-button" onClick={() => actions.discard(id)}>
        Discard
      </button>
    </div>
  );
}

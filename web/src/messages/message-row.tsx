// One line of the conversation, of any kind.
import type { MessageEvent } from '@natter/contracts/events';
import { memo } from 'react';
import { ReplyIcon, WarnIcon } from '../frame/icons.js';
import type { Row } from '../store/timeline.js';
import { DeliveryMark } from './delivery-mark.js';
import { MessageFiles } from './message-files.js';
import { MessageText } from './message-text.js';
import { SenderAvatar } from './sender-avatar.js';
import { dayOf, filesText, fullTimeOf, quietText, seenText, timeOf } from './words.js';

export interface RowActions {
  me: string;
  nameOf: (user: { id: string; username: string }) => string;
  /** The message at a seq, if it is held. */
  messageAt: (seq: number) => MessageEvent | undefined;
  reply: (message: MessageEvent) => void;
  jumpTo: (seq: number) => void;
  retry: (id: string) => void;
  discard: (id: string) => void;
}

export const MessageRow = memo(function MessageRow({ row, actions }: { row: Row; actions: RowActions }) {
  switch (row.kind) {
    case 'day':
      return (
        <div className="divider-row" role="separator">
          <span>{dayOf(row.ts)}</span>
        </div>
      );
    case 'new':
      return (
        <div className="divider-row divider-new" role="separator">
          <span>New messages</span>
        </div>
      );
    case 'quiet':
      return (
        <p className="quiet-row" dir="auto">
          {quietText(row.event, actions.me)} <time dateTime={row.event.ts}>{timeOf(row.event.ts)}</time>
        </p>
      );
    case 'pending':
      return <PendingRow row={row} actions={actions} />;
    case 'message':
      return <SaidRow row={row} actions={actions} />;
  }
});

function SaidRow({ row, actions }: { row: Row & { kind: 'message' }; actions: RowActions }) {
  const { message, isMine, isFirst, isLast } = row;
  const name = actions.nameOf(message.sender);
  return (
    <article className={classOf(isMine, isFirst, isLast)} aria-label={isMine ? 'You' : name}>
      {!isMine && <span className="message-avatar">{isLast && <SenderAvatar message={message} name={name} />}</span>}
      <div className={`bubble ${message.deleted ? 'bubble-deleted' : ''}`}>
        {!isMine && isFirst && (
          <p className="sender clip" dir="auto">
            {name}
          </p>
        )}
        {message.reply_to !== null && !message.deleted && <Quote seq={message.reply_to} actions={actions} />}
        {message.deleted && <p className="text">This message was deleted</p>}
        {!message.deleted && message.body && <MessageText text={message.body} />}
        {!message.deleted && message.files && message.files.length > 0 && <MessageFiles files={message.files} />}
        <p className="stamp">
          {message.edited_at && !message.deleted && <span>edited</span>}
          <time dateTime={message.ts} title={fullTimeOf(message.ts)}>
            {timeOf(message.ts)}
          </time>
          {row.delivery && isMine && <DeliveryMark state={row.delivery} readers={row.readers?.length ?? 0} />}
        </p>
        <Reactions message={message} me={actions.me} />
        {row.isLastRead && <SeenBy readers={row.readers ?? []} actions={actions} />}
      </div>
      {!message.deleted && (
        <span className="message-actions">
          <button
            type="button"
            className="icon-button"
            aria-label={`Reply to ${isMine ? 'yourself' : name}`}
            title="Reply"
            onClick={() => actions.reply(message)}
          >
            <ReplyIcon />
          </button>
        </span>
      )}
    </article>
  );
}

function PendingRow({ row, actions }: { row: Row & { kind: 'pending' }; actions: RowActions }) {
  const { message, isFirst, isLast } = row;
  const isRefused = message.state === 'refused';
  return (
    <article className={`${classOf(true, isFirst, isLast)} ${isRefused ? 'refused' : ''}`} aria-label="You">
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
        {isRefused && (
          <div className="refusal">
            <p>
              <WarnIcon className="small" /> Not sent. {message.reason}
            </p>
            <button type="button" className="link-button" onClick={() => actions.retry(message.id)}>
              Try again
            </button>
            <button type="button" className="link-button" onClick={() => actions.discard(message.id)}>
              Discard
            </button>
          </div>
        )}
      </div>
    </article>
  );
}

function Quote({ seq, actions }: { seq: number; actions: RowActions }) {
  const message = actions.messageAt(seq);
  if (!message) return <p className="quote">An earlier message</p>;
  return (
    <button type="button" className="quote" onClick={() => actions.jumpTo(seq)}>
      <strong dir="auto">{message.sender.id === actions.me ? 'You' : actions.nameOf(message.sender)}</strong>
      <span className="clip" dir="auto">
        {message.deleted ? 'A deleted message' : message.body || filesText(message.files?.length ?? 0)}
      </span>
    </button>
  );
}

/** Who has read it; a name that is not known counts, and is not told. */
function SeenBy({ readers, actions }: { readers: string[]; actions: RowActions }) {
  const names = readers.map((id) => actions.nameOf({ id, username: '' })).filter(Boolean);
  const text = seenText(names);
  return (
    text && (
      <p className="seen clip" dir="auto" title={text}>
        {text}
      </p>
    )
  );
}

function Reactions({ message, me }: { message: MessageEvent; me: string }) {
  const reactions = Object.entries(message.reactions ?? {});
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(([emoji, users]) => (
        <li key={emoji} className={users.includes(me) ? 'mine' : ''}>
          {emoji} {users.length}
        </li>
      ))}
    </ul>
  );
}

const classOf = (isMine: boolean, isFirst: boolean, isLast: boolean): string =>
  ['message', isMine && 'mine', isFirst && 'first', isLast && 'last'].filter(Boolean).join(' ');

// A message that was said: its words, files, reactions and thread, how far it has come, and what of it is just being changed.
import { ThreadIcon } from '../frame/icons.js';
import type { Row } from '../store/timeline.js';
import { DeliveryMark } from './delivery-mark.js';
import { MessageFiles } from './message-files.js';
import { MessageText } from './message-text.js';
import { MessageTools } from './message-tools.js';
import { Refusal } from './pending-row.js';
import { Quote } from './quote.js';
import { Reactions } from './reactions.js';
import type { RowActions } from './row-actions.js';
import { SenderAvatar } from './sender-avatar.js';
import { answersText, fullTimeOf, rowClass, seenText, timeOf } from './words.js';

type SaidRowProps = { row: Row & { kind: 'message' }; actions: RowActions };

export function SaidRow({ row, actions }: SaidRowProps) {
  const { message, isMine, isFirst, isLast, underWay } = row;
  const name = actions.nameOf(message.sender);
  const isNamed = !isMine && message.mentions.includes(actions.me);
  const edit = underWay?.edit;
  const isRefused = edit?.state === 'refused';
  return (
    <article
      tabIndex={-1}
      className={rowClass(isMine, isFirst, isLast, isNamed && 'names-me', isRefused && 'refused')}
      aria-label={isMine ? 'You' : isNamed ? `${name}, naming you` : name}
    >
      {!isMine && <span className="message-avatar">{isLast && <SenderAvatar message={message} name={name} />}</span>}
      <div className="said">
        <div className={`bubble ${message.deleted ? 'bubble-deleted' : ''} ${underWay?.isDeleting ? 'deleting' : ''}`}>
          {!isMine && isFirst && (
            <p className="sender clip" dir="auto">
              {name}
            </p>
          )}
          {message.deleted ? <p className="text">This message was deleted</p> : <Content row={row} actions={actions} />}
          <Stamp row={row} />
          <Reactions message={message} underWay={underWay?.emoji} actions={actions} />
          <ThreadMark row={row} actions={actions} />
          {row.isLastRead && <SeenBy readers={row.readers ?? []} actions={actions} />}
        </div>
        {isRefused && <Refusal what="Not changed." {...edit} actions={actions} />}
      </div>
      {!message.deleted && !underWay?.isDeleting && (
        <MessageTools message={message} isMine={isMine} actions={actions} />
      )}
    </article>
  );
}

function Content({ row: { message, isMine }, actions }: SaidRowProps) {
  const named = !isMine && message.mentions.includes(actions.me) ? actions.username : undefined;
  return (
    <>
      {message.reply_to !== null && <Quote seq={message.reply_to} actions={actions} />}
      {message.body && <MessageText text={message.body} named={named} />}
      {message.files && message.files.length > 0 && <MessageFiles files={message.files} />}
    </>
  );
}

function Stamp({ row: { message, isMine, delivery, readers, underWay } }: { row: Row & { kind: 'message' } }) {
  const edit = underWay?.edit;
  const changing = underWay?.isDeleting ? 'deleting' : edit && edit.state !== 'refused' ? 'saving' : undefined;
  return (
    <p className="stamp">
      {changing && <span>{changing}…</span>}
      {!changing && message.edited_at && !message.deleted && (
        <span title={`Edited ${fullTimeOf(message.edited_at)}`}>(edited)</span>
      )}
      <time dateTime={message.ts} title={fullTimeOf(message.ts)}>
        {timeOf(message.ts)}
      </time>
      {changing && <DeliveryMark state="sending" />}
      {!changing && delivery && isMine && !message.deleted && (
        <DeliveryMark state={edit ? 'refused' : delivery} readers={readers?.length ?? 0} />
      )}
    </p>
  );
}

/** How much was answered to it; leads to its thread. */
function ThreadMark({ row: { message }, actions }: SaidRowProps) {
  const { openThread } = actions;
  if (!openThread || !message.replies || message.replies.count === 0) return null;
  return (
    <button type="button" className="thread-mark" onClick={() => openThread(message.seq)}>
      <ThreadIcon className="small" /> {answersText(message.replies.count)}
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

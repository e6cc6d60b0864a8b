// A message that was found, with what was said around it: however far back it lies.
import type { RoomView } from '@natter/contracts/events';
import { Dialog } from '../frame/dialog.js';
import { Skeleton } from '../frame/empty.js';
import { useChat, useNatter } from '../frame/natter-context.js';
import { usePage } from '../frame/use-page.js';
import { useMemberNames } from '../rooms/use-member-names.js';
import { titleOf } from '../store/room-view.js';
import { MessageText } from './message-text.js';
import { dayOf, filesText, fullTimeOf, timeOf } from './words.js';

/** Messages shown before it and after it. */
const around = 8;

export function ExcerptDialog({ room, seq, onClose }: { room: RoomView; seq: number; onClose: () => void }) {
  const { rest } = useNatter();
  const { me } = useChat();
  const nameOf = useMemberNames(room.id);
  const page = usePage(`${room.id} ${seq}`, async () => {
    const [before, after] = await Promise.all([
      rest.messages(room.id, { before: seq, limit: around }),
      rest.messages(room.id, { after: seq - 1, limit: around + 1 }),
    ]);
    return [...before.items, ...after.items];
  });
  return (
    <Dialog title={`Found in ${titleOf(room)}`} onClose={onClose}>
      {page.isLoading && <Skeleton lines={5} label="Loading messages" />}
      {page.error && (
        <p className="form-error" role="alert">
          {page.error}{' '}
          <button type="button" className="link-button" onClick={page.reload}>
            Try again
          </button>
        </p>
      )}
      <ol className="excerpt" aria-label="Messages">
        {page.value?.map((message) => (
          <li
            key={message.seq}
            className={message.seq === seq ? 'found' : ''}
            aria-current={message.seq === seq ? 'true' : undefined}
            ref={(line) => void (message.seq === seq && line?.scrollIntoView({ block: 'center' }))}
          >
            <p className="facts">
              <strong dir="auto">{message.sender.id === me ? 'You' : nameOf(message.sender)}</strong>{' '}
              <time dateTime={message.ts} title={fullTimeOf(message.ts)}>
                {dayOf(message.ts)}, {timeOf(message.ts)}
              </time>
            </p>
            {message.deleted && <p className="text">This message was deleted</p>}
            {message.body && <MessageText text={message.body} />}
            {message.files && message.files.length > 0 && <p className="facts">{filesText(message.files.length)}</p>}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

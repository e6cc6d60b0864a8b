// Messages in one's rooms that hold some words, the newest first. Each leads to its place in its room.
import type { MessageEvent } from '@natter/contracts/events';
import { Link } from 'wouter';
import { Avatar } from '../frame/avatar.js';
import { Empty, Skeleton } from '../frame/empty.js';
import { SelectField } from '../frame/form.js';
import { useChat, useChatState } from '../frame/natter-context.js';
import { dayOf, fullTimeOf, timeOf } from '../messages/words.js';
import { chatPath } from '../rooms/room-list.js';
import { inOrder, nameOf, titleOf } from '../store/room-view.js';
import { snippet } from './marked.js';
import { SearchFault } from './search-fault.js';
import { useFoundMessages } from './use-found-messages.js';

interface MessageResultsProps {
  asked: string;
  room: string | undefined;
  onRoom: (room: string | undefined) => void;
}

export function MessageResults({ asked, room, onRoom }: MessageResultsProps) {
  const rooms = useChatState((state) => state.rooms);
  const found = useFoundMessages(asked, room);
  const where = room === undefined ? 'your rooms' : titleOf(rooms.get(room) ?? { title: 'this room', name: null });
  const isEmpty = asked !== '' && !found.isLoading && !found.error && found.items.length === 0;
  return (
    <>
      <SelectField
        label="Where"
        value={room ?? ''}
        options={[['', 'All your rooms'], ...inOrder(rooms).map((each) => [each.id, titleOf(each)] as const)]}
        onValue={(value) => onRoom(value || undefined)}
      />
      <div aria-live="polite">
        {!asked && (
          <Empty title="What was it again?">Type some of the words: capitals and accents do not matter.</Empty>
        )}
        {isEmpty && (
          <Empty title={found.hasMore ? 'Nothing so far' : `Nothing says «${asked}»`}>
            {found.hasMore
              ? 'The newest messages do not have it. Older ones may.'
              : `Nobody wrote that in ${where}. Try fewer words, or another spelling.`}
          </Empty>
        )}
        <ul className="found-messages">
          {found.items.map((message) => (
            <li key={`${message.room} ${message.seq}`}>
              <FoundMessage message={message} query={asked} />
            </li>
          ))}
        </ul>
        {found.isLoading && <Skeleton lines={found.items.length > 0 ? 2 : 5} label="Searching" />}
        {found.error && <SearchFault error={found.error} retry={found.more} />}
        {found.hasMore && !found.isLoading && !found.error && (
          <button type="button" className="button" onClick={found.more}>
            Look further back
          </button>
        )}
      </div>
    </>
  );
}

function FoundMessage({ message, query }: { message: MessageEvent; query: string }) {
  const { me } = useChat();
  const { sender, room: id, seq, ts } = message;
  const room = useChatState(({ rooms }) => rooms.get(id));
  const member = useChatState(({ members }) => members.get(id)?.items.find(({ user }) => user.id === sender.id)?.user);
  const name = sender.id === me ? 'You' : member ? nameOf(member) : sender.username;
  return (
    <Link href={`${chatPath(room ?? { id, name: null })}?at=${seq}`} className="found-message">
      <Avatar id={sender.id} name={member ? nameOf(member) : sender.username} picture={member?.avatar} />
      <span className="found-words">
        <span className="found-head">
          <strong className="clip" dir="auto">
            {name}
          </strong>
          <span className="facts clip" dir="auto">
            {room ? titleOf(room) : 'a room'}
          </span>
          <time className="facts" dateTime={ts} title={fullTimeOf(ts)}>
            {dayOf(ts)}, {timeOf(ts)}
          </time>
        </span>
        <span className="found-text" dir="auto">
          {snippet(message.body ?? '', query).map(({ text, isFound }, index) =>
            isFound ? <mark key={index}>{text}</mark> : text,
          )}
        </span>
      </span>
    </Link>
  );
}

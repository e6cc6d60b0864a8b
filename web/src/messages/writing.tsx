// Below a conversation: where one writes, replies, and changes what one has said. One of them at a time; what was begun stays.
import type { MessageEvent } from '@natter/contracts/events';
import { useCallback, useState } from 'react';
import { useChat } from '../frame/natter-context.js';
import { Composer } from './composer.js';
import { EditForm } from './edit-form.js';

export interface Writing {
  /** What one replies to, or changes. */
  about: { what: 'reply' | 'edit'; message: MessageEvent } | undefined;
  reply: (message: MessageEvent) => void;
  edit: (message: MessageEvent) => void;
  done: () => void;
}

export function useWriting(): Writing {
  const [about, setAbout] = useState<Writing['about']>();
  const reply = useCallback((message: MessageEvent) => setAbout({ what: 'reply', message }), []);
  const edit = useCallback((message: MessageEvent) => setAbout({ what: 'edit', message }), []);
  const done = useCallback(() => setAbout(undefined), []);
  return { about, reply, edit, done };
}

interface WritingPlaceProps {
  room: string;
  thread?: number;
  title: string;
  writing: Writing;
  nameOf: (user: { id: string; username: string }) => string;
}

export function WritingPlace({ room, thread, title, writing: { about, edit, done }, nameOf }: WritingPlaceProps) {
  const chat = useChat();
  const editing = about?.what === 'edit' ? about.message : undefined;
  const editLast = () => {
    const { logs, thread: open } = chat.state;
    const items = (thread === undefined ? logs.get(room) : open?.log)?.items ?? [];
    const last = items.findLast(
      (item) =>
        item.type === 'message' && item.sender.id === chat.me && !item.deleted && item.thread === (thread ?? null),
    );
    if (last?.type === 'message') edit(last);
  };
  return (
    <>
      <div hidden={editing !== undefined}>
        <Composer
          room={room}
          thread={thread}
          title={title}
          replyTo={about?.what === 'reply' ? about.message : undefined}
          nameOf={nameOf}
          onReplied={done}
          onEditLast={editLast}
        />
      </div>
      {editing && <EditForm key={editing.seq} room={room} message={editing} onDone={done} />}
    </>
  );
}

// What can be done about a message: quick buttons where there is a pointer, and a menu with all of it.
import type { MessageEvent } from '@natter/contracts/events';
import { useRef, useState } from 'react';
import { MoreIcon, ReplyIcon, SmileIcon } from '../frame/icons.js';
import { Menu, type MenuItem } from '../frame/menu.js';
import { EmojiPicker } from './emoji-picker.js';
import type { RowActions } from './row-actions.js';

interface MessageToolsProps {
  message: MessageEvent;
  isMine: boolean;
  actions: RowActions;
}

export function MessageTools({ message, isMine, actions }: MessageToolsProps) {
  const [isPicking, setPicking] = useState(false);
  const tools = useRef<HTMLSpanElement>(null);
  const whom = isMine ? 'yourself' : actions.nameOf(message.sender);
  const { openThread } = actions;
  const items: MenuItem[] = [
    { label: 'React…', run: () => setPicking(true) },
    { label: 'Reply', run: () => actions.reply(message) },
  ];
  if (openThread) items.push({ label: 'Answer in a thread', run: () => openThread(message.seq) });
  if (isMine) items.push({ label: 'Edit', run: () => actions.edit(message) });
  items.push({
    label: 'Delete…',
    run: () => actions.remove(message),
    whyNot: actions.whyNotDelete(isMine),
    isDanger: true,
  });
  const given = Object.entries(message.reactions).flatMap(([emoji, users]) =>
    users.includes(actions.me) ? emoji : [],
  );
  return (
    <span className="message-actions" ref={tools}>
      <button
        type="button"
        className="icon-button quick"
        aria-label={`React to ${whom}`}
        title="React"
        onClick={() => setPicking(true)}
      >
        <SmileIcon />
      </button>
      <button
        type="button"
        className="icon-button quick"
        aria-label={`Reply to ${whom}`}
        title="Reply"
        onClick={() => actions.reply(message)}
      >
        <ReplyIcon />
      </button>
      <Menu label={isMine ? 'More about your message' : `More about the message of ${whom}`} items={items}>
        <MoreIcon />
      </Menu>
      {isPicking && (
        <EmojiPicker
          owner={tools}
          mine={new Set(given)}
          onPick={(emoji) => actions.react(message, emoji)}
          onClose={() => setPicking(false)}
        />
      )}
    </span>
  );
}

// Where one writes, to a room or in a thread. A draft stays with its place until it is sent.
import type { MessageEvent } from '@natter/contracts/events';
import { type DragEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { AttachIcon, CloseIcon, SendIcon } from '../frame/icons.js';
import { useChat } from '../frame/natter-context.js';
import { whyNotSendFiles } from '../rooms/may.js';
import { useStanding } from '../rooms/use-standing.js';
import { CharCount, charsLeft, MessageField } from './message-field.js';
import { TypingLine } from './typing-line.js';
import { UploadList } from './upload-list.js';
import { useUploads } from './uploads.js';

interface ComposerProps {
  room: string;
  /** The root of the thread it is for. */
  thread?: number | undefined;
  title: string;
  replyTo: MessageEvent | undefined;
  nameOf: (user: { id: string; username: string }) => string;
  onReplied: () => void;
  /** One wants to change what one said last. */
  onEditLast: () => void;
}

export function Composer({ room, thread, title, replyTo, nameOf, onReplied, onEditLast }: ComposerProps) {
  const chat = useChat();
  const id = useId();
  const [text, setText] = useDraft(thread === undefined ? room : `${room}.${thread}`);
  const area = useRef<HTMLTextAreaElement>(null);
  const uploads = useUploads(room);
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const whyNotFiles = whyNotSendFiles(useStanding({ role: 'member' }));
  const attach = (files: Iterable<File>) => (whyNotFiles === undefined ? uploads.add(files) : chat.notice(whyNotFiles));
  const files = uploads.all.flatMap(({ id: file }) => file ?? []);
  const isReady = files.length === uploads.all.length;
  const maySend = (text.trim().length > 0 || files.length > 0) && charsLeft(text) >= 0 && isReady;

  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (replyTo || matchMedia('(hover: hover)').matches) area.current?.focus();
  }, [replyTo]);

  useEffect(() => () => chat.typing(room, false), [chat, room]);

  const write = (words: string) => {
    setText(words);
    chat.typing(room, words.length > 0);
  };
  const send = () => {
    if (!maySend) return;
    if (!chat.outgoing.send(room, text, { thread, replyTo: replyTo?.seq, files })) return;
    setText('');
    uploads.clear();
    onReplied();
    area.current?.focus();
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const isBack = event.key === 'Escape' && replyTo !== undefined;
    const isUp = event.key === 'ArrowUp' && text === '';
    if (isBack) onReplied();
    if (isUp) {
      event.preventDefault(); // the cursor stays where it will be
      onEditLast();
    }
    return isBack || isUp;
  };
  const drag = (event: DragEvent, over: boolean) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setIsOver(over);
  };
  return (
    <form
      className={`composer ${isOver ? 'composer-over' : ''}`}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        attach(event.dataTransfer.files);
      }}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {replyTo && (
        <div className="composer-about">
          <span className="clip" dir="auto">
            Reply to <strong>{nameOf(replyTo.sender)}</strong>: {replyTo.body}
          </span>
          <button type="button" className="icon-button" aria-label="Do not reply" onClick={onReplied}>
            <CloseIcon />
          </button>
        </div>
      )}
      <UploadList uploads={uploads} />
      <div className="composer-row">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to send"
          onChange={(event) => {
            attach(event.target.files ?? []);
            event.target.value = '';
            area.current?.focus();
          }}
        />
        <button
          type="button"
          className="icon-button attach-button"
          aria-label="Add files"
          aria-disabled={whyNotFiles !== undefined}
          title={whyNotFiles ?? 'Add files'}
          onClick={() => (whyNotFiles === undefined ? picker.current?.click() : chat.notice(whyNotFiles))}
        >
          <AttachIcon />
        </button>
        <MessageField
          area={area}
          room={room}
          label={thread === undefined ? `Message to ${title}` : 'Answer in the thread'}
          aria-describedby={`${id}-count`}
          placeholder={thread === undefined ? `Write to ${title}` : 'Answer in the thread'}
          text={text}
          onText={write}
          onEnter={send}
          onKey={onKey}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return;
            event.preventDefault();
            attach(event.clipboardData.files);
          }}
        />
        <button type="submit" className="send-button" aria-label="Send" aria-disabled={!maySend}>
          <SendIcon />
        </button>
      </div>
      <div className="composer-foot">
        <TypingLine room={room} />
        <CharCount id={`${id}-count`} text={text} />
      </div>
    </form>
  );
}

/** What was begun in a place, kept for as long as the tab. */
function useDraft(place: string): [string, (text: string) => void] {
  const key = `natter.draft.${place}`;
  const [draft, setDraft] = useState(() => ({ key, text: kept(key) }));
  if (draft.key !== key) setDraft({ key, text: kept(key) });
  const set = (text: string) => {
    setDraft({ key, text });
    try {
      if (text) sessionStorage.setItem(key, text);
      else sessionStorage.removeItem(key);
    } catch {
      // not kept, then
    }
  };
  return [draft.key === key ? draft.text : '', set];
}

function kept(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

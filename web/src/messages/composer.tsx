// Where one writes: Enter sends, Shift+Enter makes a new line. A draft stays with its room until it is sent.
import type { MessageEvent } from '@natter/contracts/events';
import { socketLimits } from '@natter/contracts/limits';
import { type DragEvent, type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { AttachIcon, CloseIcon, SendIcon } from '../frame/icons.js';
import { useChat } from '../frame/natter-context.js';
import { whyNotSendFiles } from '../rooms/may.js';
import { useStanding } from '../rooms/use-standing.js';
import { TypingLine } from './typing-line.js';
import { UploadList } from './upload-list.js';
import { useUploads } from './uploads.js';

interface ComposerProps {
  room: string;
  title: string;
  replyTo: MessageEvent | undefined;
  nameOf: (user: { id: string; username: string }) => string;
  onReplied: () => void;
}

const maxChars = socketLimits.body_chars;
/** The count shows from here on. */
const nearEnd = maxChars * 0.9;

export function Composer({ room, title, replyTo, nameOf, onReplied }: ComposerProps) {
  const chat = useChat();
  const id = useId();
  const [text, setText] = useDraft(room);
  const area = useRef<HTMLTextAreaElement>(null);
  const left = maxChars - text.length;
  const uploads = useUploads(room);
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const whyNotFiles = whyNotSendFiles(useStanding({ role: 'member' }));
  const attach = (files: Iterable<File>) => (whyNotFiles === undefined ? uploads.add(files) : chat.notice(whyNotFiles));
  const files = uploads.all.flatMap(({ id: file }) => file ?? []);
  const isReady = files.length === uploads.all.length;
  const maySend = (text.trim().length > 0 || files.length > 0) && left >= 0 && isReady;

  useLayoutEffect(() => {
    const element = area.current;
    if (!element || element.value !== text) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, innerHeight * 0.35)}px`;
  }, [text]);
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
    if (!chat.send(room, text, replyTo?.seq, files)) return;
    setText('');
    uploads.clear();
    onReplied();
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && replyTo) onReplied();
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
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
        <div className="composer-reply">
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
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={`Message to ${title}`}
          aria-describedby={`${id}-count`}
          aria-invalid={left < 0}
          placeholder={`Write to ${title}`}
          enterKeyHint="send"
          value={text}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
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
        <p className={`composer-count ${left < 0 ? 'over' : ''}`} id={`${id}-count`} role="status">
          {text.length >= nearEnd && (left >= 0 ? `${left} characters left` : `${-left} characters too many`)}
        </p>
      </div>
    </form>
  );
}

/** What was begun in a room, kept for as long as the tab. */
function useDraft(room: string): [string, (text: string) => void] {
  const key = `natter.draft.${room}`;
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

// Where one changes what one has said, in place of where one writes.
import type { MessageEvent } from '@natter/contracts/events';
import { useEffect, useId, useRef, useState } from 'react';
import { CheckIcon, CloseIcon, PencilIcon } from '../frame/icons.js';
import { useChat } from '../frame/natter-context.js';
import { useReturnFocus } from '../frame/use-return-focus.js';
import { CharCount, charsLeft, MessageField } from './message-field.js';

interface EditFormProps {
  room: string;
  message: MessageEvent;
  onDone: () => void;
}

export function EditForm({ room, message, onDone }: EditFormProps) {
  const { outgoing } = useChat();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.body ?? '');
  useReturnFocus();
  const maySave = text.length > 0 && charsLeft(text) >= 0;
  useEffect(() => {
    const element = area.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const save = () => {
    if (!maySave) return;
    if (text === message.body || outgoing.edit(room, message.seq, text)) onDone();
  };
  return (
    <form
      className="composer"
      aria-label="Edit your message"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="composer-about">
        <span className="clip">
          <PencilIcon className="small" /> Edit your message
        </span>
        <button type="button" className="icon-button" aria-label="Do not edit" onClick={onDone}>
          <CloseIcon />
        </button>
      </div>
      <div className="composer-row">
        <MessageField
          area={area}
          room={room}
          label="Your message"
          aria-describedby={`${id}-count`}
          text={text}
          onText={setText}
          onEnter={save}
          onKey={({ key }) => {
            if (key === 'Escape') onDone();
            return key === 'Escape';
          }}
        />
        <button type="submit" className="send-button" aria-label="Save" aria-disabled={!maySave}>
          <CheckIcon />
        </button>
      </div>
      <div className="composer-foot">
        <p className="typing clip">Enter saves, Escape leaves it as it is</p>
        <CharCount id={`${id}-count`} text={text} />
      </div>
    </form>
  );
}

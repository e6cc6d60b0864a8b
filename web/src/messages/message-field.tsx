// The field one writes a message in: it grows with the words, Enter sends, Shift+Enter makes a new line, `@` offers members.
import { socketLimits } from '@natter/contracts/limits';
import { type KeyboardEvent, type RefObject, type TextareaHTMLAttributes, useLayoutEffect } from 'react';
import { useNaming } from './use-naming.js';

const maxChars = socketLimits.body_chars;
/** The count shows from here on. */
const nearEnd = maxChars * 0.9;

/** Of the characters a message may have; below 0 when there are too many. */
export const charsLeft = (text: string): number => maxChars - text.length;

interface MessageFieldProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value'> {
  area: RefObject<HTMLTextAreaElement | null>;
  room: string;
  /** What it is called. */
  label: string;
  text: string;
  onText: (text: string) => void;
  onEnter: () => void;
  /** True when the key has done something already. */
  onKey?: (event: KeyboardEvent) => boolean;
}

export function MessageField({ area, room, label, text, onText, onEnter, onKey, ...rest }: MessageFieldProps) {
  const naming = useNaming(area, room, text);
  useLayoutEffect(() => {
    if (area.current?.value === text) grow(area.current);
  }, [area, text]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (naming.onKey(event) || onKey?.(event)) {
      event.stopPropagation(); // what is around it has its own Escape
      return;
    }
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onEnter();
  };
  return (
    <>
      {naming.list}
      <textarea
        {...rest}
        {...naming.field}
        ref={area}
        rows={1}
        dir="auto"
        aria-label={label}
        aria-invalid={charsLeft(text) < 0}
        enterKeyHint="send"
        value={text}
        onChange={(event) => {
          onText(event.target.value);
          naming.field.onSelect();
        }}
        onKeyDown={onKeyDown}
      />
    </>
  );
}

/** As high as its words, up to a third of the window. */
function grow(area: HTMLTextAreaElement): void {
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, innerHeight * 0.35)}px`;
}

export function CharCount({ id, text }: { id: string; text: string }) {
  const left = charsLeft(text);
  return (
    <p className={`composer-count ${left < 0 ? 'over' : ''}`} id={id} role="status">
      {text.length >= nearEnd && (left >= 0 ? `${left} characters left` : `${-left} characters too many`)}
    </p>
  );
}

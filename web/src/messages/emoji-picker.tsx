// A small choice of emoji, above everything: closes at a click beside it and at Escape, and gives the focus back. Arrows move in it.
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { placeBeside } from '../frame/place-beside.js';
import { commonEmoji } from './emoji.js';

/** As the style sheet lays them out. */
const columns = 6;

interface EmojiPickerProps {
  owner: RefObject<HTMLElement | null>;
  /** Given already: chosen again, they are taken back. */
  mine: ReadonlySet<string>;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

export function EmojiPicker({ owner, mine, onPick, onClose }: EmojiPickerProps) {
  const picker = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = picker.current;
    if (!element || !owner.current) return;
    element.showPopover();
    placeBeside(element, owner.current);
    element.querySelector('button')?.focus();
  }, [owner]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') event.stopPropagation(); // it closes this, and nothing around it
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(picker.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    buttons.at((at + step) % buttons.length)?.focus();
  };
  return (
    <div
      ref={picker}
      className="emoji-picker"
      role="group"
      aria-label="React with"
      popover="auto"
      onToggle={(event) => event.newState === 'closed' && onClose()}
      onKeyDown={onKeyDown}
    >
      {commonEmoji.map(([emoji, name]) => (
        <button
          key={emoji}
          type="button"
          aria-label={name}
          aria-pressed={mine.has(emoji)}
          title={name}
          onClick={() => {
            picker.current?.hidePopover();
            onPick(emoji);
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

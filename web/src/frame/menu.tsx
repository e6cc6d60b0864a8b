// A button that opens a short list of things to do. The browser's popover lies above everything, closes at a click beside it and at
// Escape, and gives the focus back; arrows move in it.
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { placeBeside } from './place-beside.js';

export interface MenuItem {
  label: string;
  run: () => void;
  /** Why it cannot be done; said in its place, so that nobody has to guess. */
  whyNot?: string | undefined;
  isDanger?: boolean;
}

interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  children: ReactNode;
}

export function Menu({ label, items, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const open = () => {
    if (!menu.current || !button.current) return;
    menu.current.showPopover();
    placeBeside(menu.current, button.current);
    menu.current.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  };
  const choose = (item: MenuItem) => {
    if (item.whyNot !== undefined) return;
    menu.current?.hidePopover();
    item.run();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={open}
      >
        {children}
      </button>
      <div
        ref={menu}
        id={id}
        className="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.stopPropagation(); // it closes the menu, and nothing around it
          if (event.key === 'Tab') menu.current?.hidePopover();
          else move(event, menu.current);
        }}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={item.isDanger ? 'danger-text' : ''}
            aria-disabled={item.whyNot !== undefined}
            onClick={() => choose(item)}
          >
            {item.label}
            {item.whyNot !== undefined && <small>{item.whyNot}</small>}
          </button>
        ))}
      </div>
    </>
  );
}

function move(event: KeyboardEvent, menu: HTMLElement | null): void {
  const items = [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const at = items.findIndex((item) => item === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[to % items.length]?.focus();
}

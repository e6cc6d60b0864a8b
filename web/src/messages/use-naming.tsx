// Who is meant by what one writes after an `@`: a short list above the field, chosen from by arrows and Enter or by a press.
import type { User } from '@natter/contracts/events';
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react';
import { useChat, useChatState } from '../frame/natter-context.js';
import { Person } from '../rooms/people-search.js';
import { nameAt, namedSo } from './naming.js';

const nobody: readonly { user: User }[] = [];

interface Naming {
  /** For the field. */
  field: {
    'aria-autocomplete': 'list';
    'aria-controls'?: string;
    'aria-activedescendant'?: string;
    onSelect: () => void;
    onBlur: () => void;
  };
  /** True when the key has done something. */
  onKey: (event: KeyboardEvent) => boolean;
  list: ReactNode;
}

export function useNaming(area: RefObject<HTMLTextAreaElement | null>, room: string, text: string): Naming {
  const id = useId();
  const { me } = useChat();
  const members = useChatState((state) => state.members.get(room)?.items) ?? nobody;
  /** Undefined: one is not writing here. */
  const [cursor, setCursor] = useState<number>();
  const [choice, setChoice] = useState({ letters: '', at: 0 });
  /** Where the name begins for which nobody is to be offered any more. */
  const [left, setLeft] = useState<number>();
  const name = cursor === undefined ? undefined : nameAt(text, cursor);
  const others = () => members.flatMap(({ user }) => (user.id === me ? [] : user));
  const found = name && name.start !== left ? namedSo(others(), name.letters) : [];
  const at = choice.letters === name?.letters ? Math.min(choice.at, found.length - 1) : 0;

  const look = () => {
    if (!area.current) return;
    const { selectionStart: now, selectionEnd: end, value } = area.current;
    setCursor(now === end ? now : undefined);
    if (nameAt(value, now) === undefined) setLeft(undefined);
  };
  const choose = (user: User | undefined) => {
    if (!name || !user || !area.current) return;
    // As if it had been written: the page hears of it as of any letter.
    const space = text[name.end] === ' ' ? '' : ' ';
    area.current.setRangeText(`@${user.username}${space}`, name.start, name.end, 'end');
    area.current.dispatchEvent(new Event('input', { bubbles: true }));
    look();
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (found.length === 0 || !name || event.nativeEvent.isComposing || event.shiftKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setChoice({ letters: name.letters, at: (at + step + found.length) % found.length });
    else if (event.key === 'Enter' || event.key === 'Tab') choose(found[at]);
    else if (event.key === 'Escape') setLeft(name.start);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    field: {
      'aria-autocomplete': 'list',
      ...(found.length > 0 && { 'aria-controls': id, 'aria-activedescendant': `${id}-${at}` }),
      onSelect: look,
      onBlur: () => setCursor(undefined),
    },
    onKey,
    list: found.length > 0 && <NameList id={id} people={found} at={at} onChoose={choose} />,
  };
}

interface NameListProps {
  id: string;
  people: readonly User[];
  /** Which of them Enter takes. */
  at: number;
  onChoose: (user: User) => void;
}

function NameList({ id, people, at, onChoose }: NameListProps) {
  return (
    <ul className="naming" id={id} role="listbox" aria-label="Who is meant">
      {people.map((user, n) => (
        <li
          key={user.id}
          id={`${id}-${n}`}
          role="option"
          aria-selected={n === at}
          // The field keeps the focus, and with it the cursor.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(user)}
        >
          <Person user={user} />
        </li>
      ))}
    </ul>
  );
}

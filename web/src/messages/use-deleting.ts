// A message that one is asked about before it is deleted. Its tools go with it: the focus they had goes on to the next message.
import type { MessageEvent } from '@natter/contracts/events';
import { useCallback, useEffect, useRef, useState } from 'react';

interface Deleting {
  message: MessageEvent | undefined;
  ask: (message: MessageEvent) => void;
  /** `isDone`: it goes. Else whatever had the focus before has it again. */
  close: (isDone: boolean) => void;
}

export function useDeleting(): Deleting {
  const [message, setMessage] = useState<MessageEvent>();
  const line = useRef<Element>(null);
  const isDone = useRef(false);
  const ask = useCallback((message: MessageEvent) => {
    line.current = document.activeElement?.closest('[role=listitem]') ?? null;
    setMessage(message);
  }, []);
  const close = useCallback((done: boolean) => {
    isDone.current = done;
    setMessage(undefined);
  }, []);
  // After the dialog has closed: until then nothing around it can have the focus.
  useEffect(() => {
    if (message !== undefined || !isDone.current) return;
    isDone.current = false;
    articleBeside(line.current)?.focus();
  }, [message]);
  return { message, ask, close };
}

/** The message below a line; above it, where it is the last. */
function articleBeside(line: Element | null): HTMLElement | null {
  for (const step of ['nextElementSibling', 'previousElementSibling'] as const) {
    for (let other = line?.[step]; other; other = other[step]) {
      const article = other.querySelector('article');
      if (article) return article;
    }
  }
  return line?.querySelector('article') ?? null;
}

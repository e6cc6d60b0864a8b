// Messages that a search finds, page by page. A page may be short, or empty, though there is more further back: then it goes on by
// itself for a while. What comes after something else was asked is dropped.
import type { MessageEvent } from '@natter/contracts/events';
import { useEffect, useEffectEvent, useState } from 'react';
import { useNatter } from '../frame/natter-context.js';
import { errorText } from '../store/error-text.js';

const pageSize = 30;
/** Pages without anything found that are asked for in a row. */
const mostEmpty = 5;

export interface FoundMessages {
  items: readonly MessageEvent[];
  /** There may be more. */
  hasMore: boolean;
  isLoading: boolean;
  error: string | undefined;
  /** Loads more; after an error, tries again. */
  more: () => void;
}

interface State {
  key: string;
  items: readonly MessageEvent[];
  next: string | null;
  isLoading: boolean;
  error?: string;
}

const begin = (key: string, isLoading: boolean): State => ({ key, items: [], next: '', isLoading });

/** @param q nothing is asked while it is empty */
export function useFoundMessages(q: string, room: string | undefined): FoundMessages {
  const { rest } = useNatter();
  const key = JSON.stringify([q, room]);
  const [state, setState] = useState(() => begin(key, q !== ''));
  if (state.key !== key) setState(begin(key, q !== ''));

  const load = async (cursor: string): Promise<void> => {
    const change = (made: (now: State) => State) => setState((now) => (now.key === key ? made(now) : now));
    try {
      let items: readonly MessageEvent[] = [];
      let next: string | null = cursor;
      for (let pages = 0; items.length === 0 && next !== null && pages < mostEmpty; pages++) {
        const within = { limit: pageSize, ...(room !== undefined && { room }), ...(next !== '' && { cursor: next }) };
        ({ items, next } = await rest.searchMessages(q, within));
      }
      const found = { items, next };
      change((now) => ({ key, items: [...now.items, ...found.items], next: found.next, isLoading: false }));
    } catch (error) {
      change((now) => ({ ...now, isLoading: false, error: errorText(error) }));
    }
  };
  const start = useEffectEvent((_asked: string) => {
    if (q !== '') void load('');
  });
  useEffect(() => start(key), [key]);
  const isCurrent = state.key === key;
  return {
    items: isCurrent ? state.items : [],
    hasMore: isCurrent && state.next !== null && state.next !== '',
    isLoading: q !== '' && (!isCurrent || state.isLoading),
    error: isCurrent ? state.error : undefined,
    more: () => {
      if (!isCurrent || state.isLoading) return;
      const { items, next } = state;
      setState({ key, items, next, isLoading: true });
      void load(next ?? '');
    },
  };
}

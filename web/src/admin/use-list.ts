// A list that is fetched page by page.
import type { Page } from '@natter/contracts/common';
import { useState } from 'react';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';

export interface List<Item> {
  items: readonly Item[];
  hasMore: boolean;
  isLoading: boolean;
  isBusy: boolean;
  error: string | undefined;
  more: () => void;
  reload: () => void;
}

/** `key` names the list; another key means fetching anew. */
export function useList<Item>(key: string, fetch: (cursor: string | undefined) => Promise<Page<Item>>): List<Item> {
  const first = usePage(key, () => fetch(undefined));
  const [rest, setRest] = useState<{ of: Page<Item> } & Page<Item>>();
  const { isBusy, error, run } = useAction();
  const tail = rest !== undefined && rest.of === first.value ? rest : undefined;
  const next = tail === undefined ? (first.value?.next ?? null) : tail.next;
  const more = () => {
    const of = first.value;
    if (of === undefined || next === null) return;
    void run(async () => {
      const page = await fetch(next);
      setRest({ of, items: [...(tail?.items ?? []), ...page.items], next: page.next });
    });
  };
  return {
    items: [...(first.value?.items ?? []), ...(tail?.items ?? [])],
    hasMore: next !== null,
    isLoading: first.isLoading,
    isBusy,
    error: first.error ?? error,
    more,
    reload: first.reload,
  };
}

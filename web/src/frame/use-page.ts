// Fetches something when a page needs it, and again when asked to. An answer that comes after the page moved on is dropped.
import { useCallback, useEffect, useState } from 'react';
import { errorText } from '../store/error-text.js';

export interface Loaded<Value> {
  value: Value | undefined;
  error: string | undefined;
  isLoading: boolean;
  reload: () => void;
}

/** `key` names what is fetched; another key means fetching anew. Undefined: nothing to fetch. */
export function usePage<Value>(key: string | undefined, fetch: (key: string) => Promise<Value>): Loaded<Value> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ key?: string | undefined; value?: Value; error?: string }>({});
  useEffect(() => {
    if (key === undefined) return;
    let isWanted = true;
    fetch(key).then(
      (value) => isWanted && setState({ key, value }),
      (cause: unknown) => isWanted && setState({ key, error: errorText(cause) }),
    );
    return () => {
      isWanted = false;
    };
    // `fetch` is new with every drawing; `key` says when it matters.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, round]);
  const reload = useCallback(() => {
    setState(({ value, key }) => (value === undefined ? { key: undefined } : { key, value }));
    setRound((n) => n + 1);
  }, []);
  const isCurrent = state.key === key && key !== undefined;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    isLoading: key !== undefined && !isCurrent,
    reload,
  };
}

// Something a person started that takes a while: whether it runs, and in words why it did not work.
import { useState } from 'react';
import { errorText } from '../store/error-text.js';

export interface Action {
  isBusy: boolean;
  error: string | undefined;
  /** True when it worked. Does nothing while it runs already. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (cause) {
      setError(errorText(cause));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, run, clear: () => setError(undefined) };
}

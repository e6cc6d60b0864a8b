// The message that an address names (`?at=12`): shown with what was said around it, and then forgotten, so that a reload starts at the
// newest again.
import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';

/** @returns the seq that the address names, if any, and what to call once it has been shown */
export function useFound(): [seq: number | undefined, done: () => void] {
  const [path, go] = useLocation();
  const asked = Number(new URLSearchParams(useSearch()).get('at'));
  const done = useCallback(() => go(path, { replace: true }), [go, path]);
  return [Number.isSafeInteger(asked) && asked > 0 ? asked : undefined, done];
}

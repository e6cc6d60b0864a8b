// Whatever had the focus before something opened has it again after.
import { useEffect, useLayoutEffect, useRef } from 'react';

export function useReturnFocus(): void {
  const before = useRef<Element>(null);
  // Before anything in it takes the focus.
  useLayoutEffect(() => {
    before.current = document.activeElement;
  }, []);
  useEffect(
    () => () => {
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    },
    [],
  );
}

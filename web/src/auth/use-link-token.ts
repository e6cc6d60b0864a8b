// The token of a link that was mailed or handed over. It stands after the #, where no server sees it.
import { useEffect, useState } from 'react';

/** Empty: there is none. */
export function useLinkToken(): string {
  const [token] = useState(() => location.hash.slice(1));
  // Another link, opened in the same window: a browser does not load the page anew for what stands after the #.
  useEffect(() => {
    const begin = () => location.reload();
    addEventListener('hashchange', begin);
    return () => removeEventListener('hashchange', begin);
  }, []);
  return token;
}

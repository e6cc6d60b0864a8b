// The title of the browser's tab, with the number of unread messages in front.
import { useEffect } from 'react';

export function useTitle(title: string, unread = 0): void {
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread > 99 ? '99+' : unread}) ` : ''}${title} · Natter`;
  }, [title, unread]);
}

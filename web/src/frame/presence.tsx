// A dot on somebody's picture: whether they are there. The words stand beside it, or are for those who hear the page.
import type { PresenceStatus } from '@natter/contracts/events';
import type { ReactNode } from 'react';

export const statusWords: Record<PresenceStatus, string> = { online: 'online', away: 'away', offline: 'offline' };

export function Presence({ status, children }: { status: PresenceStatus; children: ReactNode }) {
  return <span className={`presence presence-${status}`}>{children}</span>;
}

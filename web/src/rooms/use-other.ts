// The other one of a direct conversation, and whether they are there.
import type { PresenceStatus, RoomView, User } from '@natter/contracts/events';
import { useChatState } from '../frame/natter-context.js';

export function useOther({ peer }: RoomView): { user: User; status: PresenceStatus } | undefined {
  const status = useChatState(({ presence }) => (peer ? presence.get(peer.id) : undefined));
  return peer && { user: peer, status: status ?? 'offline' };
}

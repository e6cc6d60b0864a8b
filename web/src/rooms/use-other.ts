// The other one of a direct conversation, as far as it is known who that is.
import type { PresenceStatus, RoomView, User } from '@natter/contracts/events';
import { useChat, useChatState } from '../frame/natter-context.js';

export function useOther(room: RoomView): { user: User; status: PresenceStatus } | undefined {
  const { me } = useChat();
  const members = useChatState((state) => (room.kind === 'dm' ? state.members.get(room.id)?.items : undefined));
  const user = members?.find((member) => member.user.id !== me)?.user;
  const status = useChatState(({ presence }) => (user ? presence.get(user.id) : undefined));
  return user && { user, status: status ?? 'offline' };
}

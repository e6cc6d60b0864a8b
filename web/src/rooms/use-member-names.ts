import { useMemo } from 'react';
import { useChatState } from '../frame/natter-context.js';
import { nameOf } from '../store/room-view.js';

/** What people call the members of a room, as far as these are known here; of all others, the username. */
export function useMemberNames(room: string): (user: { id: string; username: string }) => string {
  const members = useChatState((state) => state.members.get(room)?.items);
  return useMemo(() => {
    const names = new Map(members?.map(({ user }) => [user.id, nameOf(user)]));
    return ({ id, username }) => names.get(id) ?? username;
  }, [members]);
}

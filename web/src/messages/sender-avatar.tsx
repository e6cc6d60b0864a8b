// Who said it: the sender of a message, with the picture that the list of members has of them.
import type { MessageEvent } from '@natter/contracts/events';
import { Avatar } from '../frame/avatar.js';
import { useChatState } from '../frame/natter-context.js';

export function SenderAvatar({ message: { room, sender }, name }: { message: MessageEvent; name: string }) {
  const picture = useChatState(
    ({ members }) => members.get(room)?.items.find(({ user }) => user.id === sender.id)?.user.avatar,
  );
  return <Avatar id={sender.id} name={name} picture={picture} />;
}

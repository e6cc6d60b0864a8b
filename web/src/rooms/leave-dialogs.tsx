// Leaving a room, and deleting one's own: both ask first.
import type { RoomView } from '@natter/contracts/events';
import { ConfirmDialog } from '../frame/confirm-dialog.js';
import { useChat } from '../frame/natter-context.js';
import { titleOf } from '../store/room-view.js';

interface Props {
  room: RoomView;
  onDone: () => void;
  onClose: () => void;
}

export function LeaveDialog({ room, onDone, onClose }: Props) {
  const chat = useChat();
  return (
    <ConfirmDialog
      title={`Leave ${titleOf(room)}?`}
      action="Leave room"
      work={() => chat.membership.leave(room.id)}
      onDone={onDone}
      onClose={onClose}
    >
      {room.visibility === 'private'
        ? 'It is private: you can only come back if somebody brings you in. Links you have made end.'
        : 'You can join it again at any time.'}
    </ConfirmDialog>
  );
}

export function DeleteDialog({ room, onDone, onClose }: Props) {
  const chat = useChat();
  return (
    <ConfirmDialog
      title={`Delete ${titleOf(room)}?`}
      action="Delete for everyone"
      work={() => chat.membership.delete(room.id)}
      onDone={onDone}
      onClose={onClose}
    >
      All its messages go with it, for all {room.members} members. This cannot be undone.
    </ConfirmDialog>
  );
}

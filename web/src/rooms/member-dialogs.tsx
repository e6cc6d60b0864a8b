// What is asked before something is done about a member that they notice.
import type { MemberView } from '@natter/client/rest';
import type { RoomView } from '@natter/contracts/events';
import { ConfirmDialog } from '../frame/confirm-dialog.js';
import { useNatter } from '../frame/natter-context.js';
import { nameOf, titleOf } from '../store/room-view.js';

export type MemberDeed = 'remove' | 'ban' | 'hand_over';

interface Props {
  room: RoomView;
  member: MemberView;
  what: MemberDeed;
  onClose: () => void;
}

export function MemberDialog({ room, member, what, onClose }: Props) {
  const { rest } = useNatter();
  const { user } = member;
  const [name, title] = [nameOf(user), titleOf(room)];
  const words = {
    remove: {
      title: `Remove ${name} from ${title}?`,
      action: 'Remove',
      text:
        room.visibility === 'public'
          ? 'They read nothing that is said from now on. As the room is public, they can join again.'
          : 'They read nothing that is said from now on, and only come back if somebody brings them in. Links they have made end.',
    },
    ban: {
      title: `Ban ${name} from ${title}?`,
      action: 'Ban',
      text: 'They read nothing that is said from now on, and cannot come back, with a link either, until somebody lets them in again.',
    },
    hand_over: {
      title: `Hand ${title} over to ${name}?`,
      action: 'Hand over',
      text: 'The room is theirs then, and only they can give it back. You stay, as an admin.',
    },
  }[what];
  const work = () =>
    what === 'hand_over'
      ? rest.setRole(room.id, user.id, 'owner')
      : rest.removeMember(room.id, user.id, what === 'ban');
  return (
    <ConfirmDialog title={words.title} action={words.action} work={work} onDone={onClose} onClose={onClose}>
      {words.text}
    </ConfirmDialog>
  );
}

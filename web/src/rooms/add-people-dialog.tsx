// Bringing people into a room by name.
import type { RoomView } from '@natter/contracts/events';
import { Dialog } from '../frame/dialog.js';
import { useChatState, useNatter } from '../frame/natter-context.js';
import { titleOf } from '../store/room-view.js';
import { PeopleSearch } from './people-search.js';

export function AddPeopleDialog({ room, onClose }: { room: RoomView; onClose: () => void }) {
  const { rest } = useNatter();
  const members = useChatState((state) => state.members.get(room.id)?.items);
  return (
    <Dialog title={`Add people to ${titleOf(room)}`} onClose={onClose}>
      <PeopleSearch
        deed={{
          verb: 'Add',
          label: (name) => `Add ${name}`,
          run: ({ id }) => rest.addMember(room.id, id),
          note: ({ id }) => (members?.some(({ user }) => user.id === id) ? 'is here' : undefined),
          done: 'added',
        }}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

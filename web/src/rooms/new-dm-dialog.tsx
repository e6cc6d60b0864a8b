// Writing to one person: finds them, and opens the conversation of the two.
import { useLocation } from 'wouter';
import { Dialog } from '../frame/dialog.js';
import { useChat } from '../frame/natter-context.js';
import { PeopleSearch } from './people-search.js';
import { chatPath } from './room-list.js';

export function NewDmDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const [, go] = useLocation();
  const open = async (user: string) => {
    const room = await chat.membership.openDm(user);
    onClose();
    go(chatPath(room));
  };
  return (
    <Dialog title="New message" onClose={onClose}>
      <PeopleSearch deed={{ verb: 'Write', label: (name) => `Write to ${name}`, run: ({ id }) => open(id) }} />
    </Dialog>
  );
}

// Asked before a message goes.
import type { MessageEvent } from '@natter/contracts/events';
import { ConfirmDialog } from '../frame/confirm-dialog.js';
import { useChat } from '../frame/natter-context.js';
import { excerptOf } from './words.js';

interface Props {
  room: string;
  message: MessageEvent;
  onClose: (isDone: boolean) => void;
}

export function DeleteMessageDialog({ room, message, onClose }: Props) {
  const { me, outgoing } = useChat();
  const { sender, seq } = message;
  return (
    <ConfirmDialog
      title={sender.id === me ? 'Delete your message?' : `Delete the message of ${sender.username}?`}
      action="Delete for everyone"
      // It goes on its way at once; how far it is, the message shows.
      work={() => Promise.resolve(outgoing.delete(room, seq))}
      onDone={() => onClose(true)}
      onClose={() => onClose(false)}
    >
      <q className="dialog-quote clip" dir="auto">
        {excerptOf(message)}
      </q>
      Its words, files and reactions go with it. This cannot be undone.
    </ConfirmDialog>
  );
}

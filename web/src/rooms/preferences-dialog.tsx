// How one is told of a room's messages, and for how long not.
import type { RoomView } from '@natter/contracts/events';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { Choices, FormError, SelectField, SubmitButton } from '../frame/form.js';
import { useChat } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { titleOf } from '../store/room-view.js';
import { muteChoices, notifyChoices, quietText } from './words.js';

export function PreferencesDialog({ room, onClose }: { room: RoomView; onClose: () => void }) {
  const chat = useChat();
  const [notify, setNotify] = useState(room.notify);
  /** 'keep', 'off', or which of the choices. */
  const [mute, setMute] = useState(room.muted_until ? 'keep' : 'off');
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const until = mute === 'keep' ? room.muted_until : (muteChoices[Number(mute)]?.until(Date.now()) ?? null);
    void run(() => chat.setPreferences(room.id, notify, until)).then((worked) => worked && onClose());
  };
  const muted = room.muted_until ? [['keep', quietText(room) ?? ''] as const] : [];
  return (
    <Dialog title={`Notifications of ${titleOf(room)}`} onClose={onClose}>
      <form onSubmit={submit}>
        <Choices legend="Tell me of" value={notify} choices={notifyChoices} onValue={setNotify} />
        <SelectField
          label="Mute"
          value={mute}
          onValue={setMute}
          options={[['off', 'Not muted'], ...muted, ...muteChoices.map(({ label }, i) => [String(i), label] as const)]}
        />
        <p className="hint">What is said while you are muted waits in the room, and does not notify you later.</p>
        <FormError error={error} />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <SubmitButton isBusy={isBusy}>Save</SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}

// Making a room. The name follows the title until somebody chooses another.
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { Dialog } from '../frame/dialog.js';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useChat } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { chatPath } from './room-list.js';
import { roomNameFrom } from './room-name.js';

export function CreateRoomDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const [, go] = useLocation();
  const [title, setTitle] = useState('');
  const [chosenName, setChosenName] = useState<string>();
  const [isPrivate, setPrivate] = useState(false);
  const { isBusy, error, run } = useAction();
  const name = chosenName ?? roomNameFrom(title);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const visibility = isPrivate ? 'private' : 'public';
      const room = await chat.membership.create({ name: name.toLowerCase(), title: title.trim(), visibility });
      onClose();
      go(chatPath(room));
    });
  };
  return (
    <Dialog title="New room" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="Title" value={title} onValue={setTitle} maxLength={100} required placeholder="Tea and biscuits" />
        <Field
          label="Name"
          value={name}
          onValue={setChosenName}
          required
          autoCapitalize="none"
          spellCheck={false}
          minLength={2}
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9_\-]{1,63}"
          title="2 to 64 letters, digits, dashes or underscores"
          hint="In the room's address; no two rooms share one"
        />
        <fieldset className="choices">
          <legend>Who may come in</legend>
          <label>
            <input type="radio" name="visibility" checked={!isPrivate} onChange={() => setPrivate(false)} />
            <span>
              <strong>Everyone here</strong>
              <small>It can be found, and joined without asking</small>
            </span>
          </label>
          <label>
            <input type="radio" name="visibility" checked={isPrivate} onChange={() => setPrivate(true)} />
            <span>
              <strong>People who were added</strong>
              <small>Nobody else learns that it exists</small>
            </span>
          </label>
        </fieldset>
        <FormError error={error} />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <SubmitButton isBusy={isBusy}>Create room</SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}

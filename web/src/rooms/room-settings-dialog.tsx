// What a room is called, who may come in, what newcomers see: for admins and the owner.
import type { RoomView } from '@natter/contracts/events';
import type { PatchRoomBody } from '@natter/contracts/rooms';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { Choices, Field, FormError, SubmitButton, TextField } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import type { RoomSettings } from '../store/chat-state.js';

interface Props {
  room: RoomView;
  settings: RoomSettings;
  onClose: () => void;
}

export function RoomSettingsDialog({ room, settings, onClose }: Props) {
  const { rest } = useNatter();
  const [title, setTitle] = useState(room.title);
  const [name, setName] = useState(room.name ?? '');
  const [topic, setTopic] = useState(settings.topic);
  const [visibility, setVisibility] = useState(room.visibility);
  const [history, setHistory] = useState(settings.history);
  const [inviters, setInviters] = useState<'members' | 'admins'>(settings.members_can_invite ? 'members' : 'admins');
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = {
      title: title.trim(),
      name: name.toLowerCase(),
      topic: topic.trim(),
      visibility,
      history,
      members_can_invite: inviters === 'members',
    };
    const known: Record<string, unknown> = { ...room, ...settings };
    // Only what was changed here: somebody else may be changing the rest.
    const patch = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value !== known[key]));
    void run(() => rest.patchRoom(room.id, patch as PatchRoomBody)).then((worked) => worked && onClose());
  };
  return (
    <Dialog title="Room settings" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="Title" value={title} onValue={setTitle} maxLength={100} />
        <Field
          label="Name"
          value={name}
          onValue={setName}
          required
          autoCapitalize="none"
          spellCheck={false}
          minLength={2}
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9_\-]{1,63}"
          title="2 to 64 letters, digits, dashes or underscores"
          hint="In the room's address; addresses with the old name cease to work"
        />
        <TextField label="Topic" value={topic} onValue={setTopic} maxLength={1_000} />
        <Choices
          legend="Who may come in"
          value={visibility}
          onValue={setVisibility}
          choices={[
            { value: 'public', label: 'Everyone here', hint: 'It can be found, and joined without asking' },
            { value: 'private', label: 'People who were added or invited', hint: 'Nobody else learns that it exists' },
          ]}
        />
        <Choices
          legend="What newcomers see"
          value={history}
          onValue={setHistory}
          choices={[
            { value: 'all', label: 'Everything', hint: 'Also what was said before they came' },
            {
              value: 'since_join',
              label: 'What comes after them',
              hint: 'Nothing from before they came, for present members too',
            },
          ]}
        />
        <Choices
          legend="Who brings people in"
          value={inviters}
          onValue={setInviters}
          choices={[
            { value: 'members', label: 'Every member', hint: 'By adding them, or by a link' },
            {
              value: 'admins',
              label: 'Admins and the owner',
              hint: 'Links that members have made go on until they are revoked',
            },
          ]}
        />
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

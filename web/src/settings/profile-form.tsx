// The name that others see.
import type { Account } from '@natter/contracts/auth';
import { type FormEvent, useState } from 'react';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';

export function ProfileForm({ account }: { account: Account }) {
  const { rest, session } = useNatter();
  const [name, setName] = useState(account.display_name);
  const [isDone, setDone] = useState(false);
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(false);
    void run(async () => {
      const changed = await rest.account.patchMe({ display_name: name });
      session.changed(changed);
      setName(changed.display_name);
      setDone(true);
    });
  };
  return (
    <form onSubmit={submit}>
      <Field
        label="Display name"
        value={name}
        onValue={setName}
        autoComplete="nickname"
        required
        maxLength={64}
        hint={`What others read beside your messages. @${account.username} stays as it is.`}
      />
      <FormError error={error} />
      {isDone && (
        <p className="note" role="status">
          Your name is changed.
        </p>
      )}
      <SubmitButton isBusy={isBusy}>Change name</SubmitButton>
    </form>
  );
}

// Another password. All other sessions end with the old one.
import { type FormEvent, useState } from 'react';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter, useSession } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';

export function PasswordForm() {
  const { rest } = useNatter();
  const session = useSession();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [isDone, setDone] = useState(false);
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(false);
    void run(async () => {
      await rest.account.changePassword(old, next);
      setOld('');
      setNext('');
      setDone(true);
    });
  };
  return (
    <form onSubmit={submit}>
      <input
        className="sr-only"
        autoComplete="username"
        value={session.status === 'signed_in' ? session.account.username : ''}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <Field
        label="Present password"
        type="password"
        value={old}
        onValue={setOld}
        autoComplete="current-password"
        required
      />
      <Field
        label="New password"
        type="password"
        value={next}
        onValue={setNext}
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={128}
        hint="8 characters or more. Everywhere else you will have to sign in again."
      />
      <FormError error={error} />
      {isDone && (
        <p className="note" role="status">
          The password is changed.
        </p>
      )}
      <SubmitButton isBusy={isBusy}>Change password</SubmitButton>
    </form>
  );
}

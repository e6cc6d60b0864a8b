// Another email, which takes the password.
import type { Account } from '@natter/contracts/auth';
import { type FormEvent, useState } from 'react';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';

export function EmailForm({ account }: { account: Account }) {
  const { rest, session } = useNatter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isDone, setDone] = useState(false);
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(false);
    void run(async () => {
      session.changed(await rest.account.patchMe({ email: email.trim(), password }));
      setEmail('');
      setPassword('');
      setDone(true);
    });
  };
  return (
    <form onSubmit={submit}>
      <Field
        label="New email"
        type="email"
        value={email}
        onValue={setEmail}
        autoComplete="email"
        required
        maxLength={254}
        hint={`Now it is ${account.email}. You sign in with it, or with @${account.username}; nobody else sees it.`}
      />
      <Field
        label="Password"
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete="current-password"
        required
      />
      <FormError error={error} />
      {isDone && (
        <p className="note" role="status">
          The email is changed.
        </p>
      )}
      <SubmitButton isBusy={isBusy}>Change email</SubmitButton>
    </form>
  );
}

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
  const [done, setDone] = useState<string>();
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(undefined);
    void run(async () => {
      const wanted = email.trim();
      const changed = await rest.account.patchMe({ email: wanted, password });
      session.changed(changed);
      setEmail('');
      setPassword('');
      setDone(
        changed.email === wanted
          ? 'The email is changed.'
          : `A mail is on its way to ${wanted}. The email changes once you have followed the link in it, within 24 hours.`,
      );
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
      {done && (
        <p className="note" role="status">
          {done}
        </p>
      )}
      <SubmitButton isBusy={isBusy}>Change email</SubmitButton>
    </form>
  );
}

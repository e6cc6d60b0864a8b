// A link for a new password by mail. Whether anybody has the address is not told here.
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { useTitle } from '../frame/use-title.js';
import { PublicFrame } from './public-frame.js';

export function ForgottenPage() {
  const { rest } = useNatter();
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string>();
  const { isBusy, error, run } = useAction();
  useTitle('Forgot your password?');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSentTo(undefined);
    void run(async () => {
      await rest.account.forgotPassword(email.trim());
      setSentTo(email.trim());
    });
  };
  return (
    <PublicFrame>
      <form className="card auth" onSubmit={submit}>
        <h1>Forgot your password?</h1>
        <p>The address of your account gets a link by which you set a new one.</p>
        <Field label="Email" type="email" value={email} onValue={setEmail} autoComplete="email" required autoFocus />
        <FormError error={error} />
        {sentTo !== undefined && (
          <p className="note" role="status">
            If <strong className="address">{sentTo}</strong> is the address of an account, a mail is on its way there.
            The link in it works once, for 24 hours.
          </p>
        )}
        {sentTo !== undefined && (
          <p className="hint">
            Nothing came? Look among unwanted mails, and whether it is the address of your account. Nobody gets more
            than three such mails an hour from here.
          </p>
        )}
        <SubmitButton isBusy={isBusy}>{sentTo === undefined ? 'Send the link' : 'Send it again'}</SubmitButton>
        <p className="aside">
          It came back to you? <Link href="/login">Sign in</Link>
        </p>
      </form>
    </PublicFrame>
  );
}

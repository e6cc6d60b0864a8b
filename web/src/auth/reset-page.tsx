// A new password by a link that an administrator has handed over, or that came by mail.
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { NatterError } from '@natter/contracts/errors';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { useTitle } from '../frame/use-title.js';
import { PublicFrame } from './public-frame.js';
import { useLinkToken } from './use-link-token.js';

export function ResetPage() {
  const { rest } = useNatter();
  const token = useLinkToken();
  const [password, setPassword] = useState('');
  const [state, setState] = useState<'asking' | 'done' | 'useless'>(token === '' ? 'useless' : 'asking');
  const { isBusy, error, run } = useAction();
  useTitle('New password');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        await rest.account.resetPassword(token, password);
        setState('done');
      } catch (cause) {
        if (!(cause instanceof NatterError) || cause.code !== 'invalid_credentials') throw cause;
        setState('useless');
      }
    });
  };
  return (
    <PublicFrame>
      <form className="card auth" onSubmit={submit}>
        <h1>New password</h1>
        {state === 'useless' && (
          <p className="form-error" role="alert">
            This link is no good, or no longer: it works once, for a day, until a newer one is sent.
          </p>
        )}
        {state === 'done' && (
          <p className="note" role="status">
            Your new password is set. You were signed out everywhere.
          </p>
        )}
        {state === 'asking' && (
          <>
            <Field
              label="New password"
              type="password"
              value={password}
              onValue={setPassword}
              autoComplete="new-password"
              required
              autoFocus
              minLength={8}
              maxLength={128}
              hint="8 characters or more."
            />
            <FormError error={error} />
            <SubmitButton isBusy={isBusy}>Set the password</SubmitButton>
          </>
        )}
        {state !== 'asking' && (
          <Link href="/login" className="button primary">
            Sign in
          </Link>
        )}
        {state === 'useless' && (
          <p className="aside">
            Still no way in? <Link href="/forgotten">Ask for another link</Link>
          </p>
        )}
      </form>
    </PublicFrame>
  );
}

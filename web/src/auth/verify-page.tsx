// Confirms an address by the link of a mail. It takes a press: programs that look through mails follow links, too.
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { User } from '@natter/contracts/events';
import { NatterError } from '@natter/contracts/errors';
import { FormError, SubmitButton } from '../frame/form.js';
import { useNatter, useSession } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { useTitle } from '../frame/use-title.js';
import { PublicFrame } from './public-frame.js';
import { useLinkToken } from './use-link-token.js';

type State = { is: 'asking' | 'useless' | 'taken' } | { is: 'done'; user: User };

export function VerifyPage() {
  const { rest, session } = useNatter();
  const isSignedIn = useSession().status === 'signed_in';
  const token = useLinkToken();
  const [state, setState] = useState<State>({ is: token === '' ? 'useless' : 'asking' });
  const { isBusy, error, run } = useAction();
  useTitle('Confirm your address');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        setState({ is: 'done', user: await rest.account.verify(token) });
        if (isSignedIn) await session.verify();
      } catch (cause) {
        if (!(cause instanceof NatterError) || (cause.code !== 'gone' && cause.code !== 'account_exists')) throw cause;
        setState({ is: cause.code === 'gone' ? 'useless' : 'taken' });
      }
    });
  };
  return (
    <PublicFrame>
      <form className="card auth" onSubmit={submit}>
        <h1>Confirm your address</h1>
        {state.is === 'asking' && (
          <>
            <p>
              You have followed a link that was sent to you. If it was you who asked for it, confirm that the address is
              yours.
            </p>
            <FormError error={error} />
            <SubmitButton isBusy={isBusy}>Confirm</SubmitButton>
          </>
        )}
        {state.is === 'done' && (
          <p className="note" role="status">
            Thank you, <strong>@{state.user.username}</strong>: your address is confirmed.
            {!isSignedIn && ' Sign in with your password now.'}
          </p>
        )}
        {state.is === 'useless' && (
          <p className="form-error" role="alert">
            This link is no good, or no longer: it works for 24 hours. If you have confirmed before, all is well: just
            go on. If not, ask for another mail.
          </p>
        )}
        {state.is === 'taken' && (
          <p className="form-error" role="alert">
            Somebody has this username or this address by now. If it is you, just go on. If not, try with another one.
          </p>
        )}
        {state.is !== 'asking' &&
          (isSignedIn ? (
            <Link href="/rooms" className="button primary">
              Open your rooms
            </Link>
          ) : (
            <Link href="/login" className="button primary">
              Sign in
            </Link>
          ))}
        {(state.is === 'useless' || state.is === 'taken') && (
          <p className="aside">
            {isSignedIn ? (
              <>
                Another address? <Link href="/settings">Settings</Link>
              </>
            ) : (
              <>
                No account yet? <Link href="/register">Create an account</Link>
              </>
            )}
          </p>
        )}
      </form>
    </PublicFrame>
  );
}

// Signing in.
import { type FormEvent, useState } from 'react';
import { Link, Redirect, useSearch } from 'wouter';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter, useSession } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { useTitle } from '../frame/use-title.js';
import { nextPath } from './next-path.js';
import { PublicFrame } from './public-frame.js';

export function LoginPage() {
  const { session } = useNatter();
  const state = useSession();
  const search = useSearch();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const { isBusy, error, run } = useAction();
  useTitle('Sign in');
  if (state.status === 'signed_in') return <Redirect to={nextPath(search)} replace />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(() => session.login(login.trim(), password));
  };
  return (
    <PublicFrame>
      <form className="card auth" onSubmit={submit}>
        <h1>Good to see you</h1>
        {state.status === 'signed_out' && state.why === 'expired' && (
          <p className="note">Your session has ended. Sign in to go on; what you wrote meanwhile is kept.</p>
        )}
        <Field
          label="Email or username"
          value={login}
          onValue={setLogin}
          autoComplete="username"
          autoCapitalize="none"
          required
          autoFocus
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
        <SubmitButton isBusy={isBusy}>Sign in</SubmitButton>
        <p className="aside">
          <Link href="/forgotten">Forgot your password?</Link>
        </p>
        <p className="aside">
          New here? <Link href={`/register${search ? `?${search}` : ''}`}>Create an account</Link>
        </p>
      </form>
    </PublicFrame>
  );
}

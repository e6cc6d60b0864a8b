// Making an account.
import { type FormEvent, useState } from 'react';
import { Link, Redirect, useSearch } from 'wouter';
import { Field, FormError, SubmitButton } from '../frame/form.js';
import { useNatter, useSession } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { useTitle } from '../frame/use-title.js';
import { MailedNotice } from './mailed-notice.js';
import { nextPath } from './next-path.js';
import { PublicFrame } from './public-frame.js';

export function RegisterPage() {
  const { session } = useNatter();
  const state = useSession();
  const search = useSearch();
  const [email, setEmail] = useState('');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [isMailed, setMailed] = useState(false);
  const { isBusy, error, run } = useAction();
  useTitle('Create an account');
  if (state.status === 'signed_in') return <Redirect to={nextPath(search)} replace />;
  const loginPath = `/login${search ? `?${search}` : ''}`;
  const register = () => session.register({ email: email.trim(), username: username.trim(), password });
  if (isMailed) {
    return (
      <PublicFrame>
        <MailedNotice email={email.trim()} loginPath={loginPath} onAgain={register} onChange={() => setMailed(false)} />
      </PublicFrame>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => setMailed(!(await register())));
  };
  return (
    <PublicFrame>
      <form className="card auth" onSubmit={submit}>
        <h1>Come in</h1>
        <Field label="Email" type="email" value={email} onValue={setEmail} autoComplete="email" required autoFocus />
        <Field
          label="Username"
          value={username}
          onValue={setUsername}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          minLength={2}
          maxLength={32}
          pattern="[A-Za-z0-9_.\-]{2,32}"
          title="2 to 32 letters, digits, dots, dashes or underscores"
          hint="What others see: letters, digits, . _ -"
        />
        <Field
          label="Password"
          type="password"
          value={password}
          onValue={setPassword}
          autoComplete="new-password"
          required
          minLength={8}
          maxLength={128}
          hint="8 characters or more; a few words make a good one"
        />
        <FormError error={error} />
        <SubmitButton isBusy={isBusy}>Create account</SubmitButton>
        <p className="aside">
          Been here before? <Link href={loginPath}>Sign in</Link>
        </p>
      </form>
    </PublicFrame>
  );
}

// Another email, which takes the password.
import type { Account } from '@natter/contracts/auth';
import { useState } from 'react';
import { Field } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { SettingForm } from './setting-form.js';

export function EmailForm({ account }: { account: Account }) {
  const { rest, session } = useNatter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const change = async () => {
    const wanted = email.trim();
    const changed = await rest.account.patchMe({ email: wanted, password });
    session.changed(changed);
    setEmail('');
    setPassword('');
    return changed.email === wanted
      ? 'The email is changed.'
      : `A mail is on its way to ${wanted}. The email changes once you have followed the link in it, within 24 hours.`;
  };
  return (
    <SettingForm action="Change email" work={change}>
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
    </SettingForm>
  );
}

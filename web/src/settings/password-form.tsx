// Another password. All other sessions end with the old one.
import { useState } from 'react';
import { Field } from '../frame/form.js';
import { useNatter, useSession } from '../frame/natter-context.js';
import { SettingForm } from './setting-form.js';

export function PasswordForm() {
  const { rest } = useNatter();
  const session = useSession();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const change = async () => {
    await rest.account.changePassword(old, next);
    setOld('');
    setNext('');
    return 'The password is changed.';
  };
  return (
    <SettingForm action="Change password" work={change}>
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
    </SettingForm>
  );
}

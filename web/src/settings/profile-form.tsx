// The name that others see.
import type { Account } from '@natter/contracts/auth';
import { useState } from 'react';
import { Field } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { SettingForm } from './setting-form.js';

export function ProfileForm({ account }: { account: Account }) {
  const { rest, session } = useNatter();
  const [name, setName] = useState(account.display_name);
  const change = async () => {
    const changed = await rest.account.patchMe({ display_name: name });
    session.changed(changed);
    setName(changed.display_name);
    return 'Your name is changed.';
  };
  return (
    <SettingForm action="Change name" work={change}>
      <Field
        label="Display name"
        value={name}
        onValue={setName}
        autoComplete="nickname"
        required
        maxLength={64}
        hint={`What others read beside your messages. @${account.username} stays as it is.`}
      />
    </SettingForm>
  );
}

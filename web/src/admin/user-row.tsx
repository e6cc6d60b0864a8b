// One account, and what may be changed of it. A switch is where the server says it is: it moves when the answer is there.
import type { AdminUser, PatchUserBody } from '@natter/contracts/admin';
import { useState } from 'react';
import { Avatar } from '../frame/avatar.js';
import { FormError } from '../frame/form.js';
import { useNatter, useSession } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { fullTimeOf } from '../messages/words.js';
import { ResetDialog } from './reset-dialog.js';
import { Switch } from './switch.js';
import { grants, grantWords } from './words.js';

export function UserRow({ given }: { given: AdminUser }) {
  const { rest } = useNatter();
  const session = useSession();
  const [changed, setChanged] = useState<AdminUser>();
  const [isResetting, setResetting] = useState(false);
  const { isBusy, error, run } = useAction();
  const user = changed ?? given;
  const name = user.display_name || user.username;
  const isMe = session.status === 'signed_in' && session.account.id === user.id;
  const patch = (body: PatchUserBody) => void run(async () => setChanged(await rest.admin.patchUser(user.id, body)));
  return (
    <li className={`card user-row ${user.disabled ? 'is-disabled' : ''}`}>
      <details>
        <summary>
          <Avatar id={user.id} name={name} picture={user.avatar} />
          <span className="member-words">
            <span className="clip" dir="auto">
              {name}
              {user.admin && <span className="role">administrator</span>}
              {user.disabled && <span className="role role-bad">disabled</span>}
            </span>
            <span className="facts clip">
              @{user.username} · {user.email}
            </span>
          </span>
        </summary>
        <div className="user-changes">
          <p className="facts">
            Since {fullTimeOf(user.created_at)}
            {user.last_seen && ` · last seen ${fullTimeOf(user.last_seen)}`}
          </p>
          <fieldset className="switches">
            <legend>{isMe ? 'You may' : 'They may'}</legend>
            {grants.map((grant) => {
              const isHeld = user.permissions.includes(grant);
              const next = isHeld ? user.permissions.filter((held) => held !== grant) : [...user.permissions, grant];
              const { label, hint } = grantWords[grant];
              return (
                <Switch
                  key={grant}
                  label={label}
                  hint={hint}
                  isOn={isHeld}
                  isBusy={isBusy}
                  onChange={() => patch({ permissions: next })}
                />
              );
            })}
            <Switch
              label="Administer"
              hint="Everything on this page"
              isOn={user.admin}
              isBusy={isBusy}
              onChange={() => patch({ admin: !user.admin })}
            />
          </fieldset>
          <FormError error={error} />
          <div className="button-row">
            <button type="button" className="button small" onClick={() => setResetting(true)}>
              Reset password
            </button>
            <button
              type="button"
              className={`button small ${user.disabled ? '' : 'danger-text'}`}
              aria-disabled={isBusy}
              onClick={() => patch({ disabled: !user.disabled })}
            >
              {user.disabled ? 'Enable the account' : 'Disable the account'}
            </button>
          </div>
          <p className="hint">
            {user.disabled
              ? 'Nobody can sign in with it. What was written stays.'
              : 'Disabling signs it out everywhere within seconds. What was written stays.'}
          </p>
        </div>
      </details>
      {isResetting && <ResetDialog user={user} onClose={() => setResetting(false)} />}
    </li>
  );
}

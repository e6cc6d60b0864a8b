// The account: names, email, password, what one may do, the devices that are signed in, and the way out.
import { useState } from 'react';
import { Avatar } from '../frame/avatar.js';
import { ConfirmDialog } from '../frame/confirm-dialog.js';
import { useChatState, useNatter, useSession } from '../frame/natter-context.js';
import { ThemeSwitch } from '../frame/theme-switch.js';
import { useTitle } from '../frame/use-title.js';
import { AvatarForm } from './avatar-form.js';
import { EmailForm } from './email-form.js';
import { GrantList } from './grant-list.js';
import { PasswordForm } from './password-form.js';
import { ProfileForm } from './profile-form.js';
import { PushSettings } from './push-settings.js';
import { SessionList } from './session-list.js';

export function SettingsPage() {
  const session = useSession();
  useTitle('Settings');
  if (session.status !== 'signed_in') return null;
  const { account } = session;
  return (
    <div className="page settings">
      <header className="page-header">
        <h1>Settings</h1>
      </header>
      <section className="card">
        <div className="account">
          <Avatar id={account.id} name={account.display_name || account.username} picture={account.avatar} />
          <div>
            <h2 dir="auto">{account.display_name || account.username}</h2>
            <p className="facts">
              @{account.username} · {account.email}
              {account.admin && ' · administrator'}
            </p>
          </div>
        </div>
      </section>
      <section className="card">
        <div className="setting-row">
          <h2>Colours</h2>
          <ThemeSwitch />
        </div>
      </section>
      <section className="card">
        <h2>Notifications on this device</h2>
        <PushSettings />
      </section>
      <section className="card">
        <h2>Picture</h2>
        <AvatarForm account={account} />
      </section>
      <section className="card">
        <h2>Name</h2>
        <ProfileForm account={account} />
      </section>
      <section className="card">
        <h2>What you may do here</h2>
        <GrantList account={account} />
      </section>
      <section className="card">
        <h2>Email</h2>
        <EmailForm account={account} />
      </section>
      <section className="card">
        <h2>Password</h2>
        <PasswordForm />
      </section>
      <section className="card">
        <h2>Signed in on</h2>
        <SessionList />
      </section>
      <SignOut />
    </div>
  );
}

function SignOut() {
  const { session } = useNatter();
  const unsent = useChatState((state) => state.pending.filter(({ state }) => state !== 'stored').length);
  const [isAsking, setAsking] = useState(false);
  // Signed out here whatever the server says; it ends the session by itself if it did not hear.
  const signOut = () => session.signOut().catch(() => {});
  return (
    <section className="sign-out">
      <button type="button" className="button" onClick={() => (unsent > 0 ? setAsking(true) : void signOut())}>
        Sign out
      </button>
      {isAsking && (
        <ConfirmDialog
          title="Sign out now?"
          action="Sign out and drop them"
          work={signOut}
          onDone={() => setAsking(false)}
          onClose={() => setAsking(false)}
        >
          {unsent === 1 ? 'One message has' : `${unsent} messages have`} not been sent yet. Signing out removes
          everything from this device.
        </ConfirmDialog>
      )}
    </section>
  );
}

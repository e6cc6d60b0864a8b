// A link by which somebody sets a new password. It is shown once: nobody can look it up again.
import type { AdminUser } from '@natter/contracts/admin';
import { useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { FormError } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { fullTimeOf } from '../messages/words.js';

export function ResetDialog({ user, onClose }: { user: AdminUser; onClose: () => void }) {
  const { rest } = useNatter();
  const [reset, setReset] = useState<{ token: string; expires_at: string }>();
  const [isCopied, setCopied] = useState(false);
  const { isBusy, error, run } = useAction();
  const make = () => void run(async () => setReset(await rest.admin.createReset(user.id)));
  // After the #: no server and no log sees it.
  const link = reset && `${location.origin}/reset#${reset.token}`;
  const copy = () => void run(() => navigator.clipboard.writeText(link ?? '').then(() => setCopied(true)));
  return (
    <Dialog title={`New password for @${user.username}`} onClose={onClose}>
      {link === undefined ? (
        <p>
          You get a link to hand over by a way that you trust. It works once, for a day, and signs the account out
          everywhere. A link made before stops working.
        </p>
      ) : (
        <>
          <div className="field">
            <label htmlFor="reset-link">The link, shown only now</label>
            <input id="reset-link" readOnly value={link} onFocus={(event) => event.target.select()} />
            <p className="hint">Good until {fullTimeOf(reset!.expires_at)}.</p>
          </div>
          <p className="note" role="status" hidden={!isCopied}>
            Copied.
          </p>
        </>
      )}
      <FormError error={error} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {link === undefined ? 'Cancel' : 'Done'}
        </button>
        <button
          type="button"
          className="button primary"
          aria-disabled={isBusy}
          onClick={link === undefined ? make : copy}
        >
          {isBusy && <span className="spinner" aria-hidden="true" />}
          {link === undefined ? 'Make a link' : 'Copy the link'}
        </button>
      </div>
    </Dialog>
  );
}

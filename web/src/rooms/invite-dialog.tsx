// Links that let whoever has one into a room: making, copying and revoking them.
import type { InviteView } from '@natter/client/rest';
import type { RoomView } from '@natter/contracts/events';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { Skeleton } from '../frame/empty.js';
import { FormError, SelectField, SubmitButton } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { nameOf, titleOf } from '../store/room-view.js';
import { copyText } from './copy-text.js';
import { expiryChoices, usesChoices, whenText } from './words.js';

/** The page knows its own address best, whatever stands between it and the server. */
const linkOf = (room: string, code: string): string => `${location.origin}/chat/${room}?invite=${code}`;

export function InviteDialog({ room, onClose }: { room: RoomView; onClose: () => void }) {
  const { rest } = useNatter();
  const [expiry, setExpiry] = useState<(typeof expiryChoices)[number][0]>('604800');
  const [uses, setUses] = useState<(typeof usesChoices)[number][0]>('');
  const { isBusy, error, run } = useAction();
  const invites = usePage(room.id, (id) => rest.invites(id, { limit: 100 }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await rest.createInvite(room.id, { expires_in: Number(expiry), uses: uses === '' ? null : Number(uses) });
      invites.reload();
    });
  };
  return (
    <Dialog title={`Invite to ${titleOf(room)}`} onClose={onClose}>
      <p className="hint">
        Whoever has the link can come in{room.visibility === 'public' && ', as anybody here can: this room is public'}.
        It ends when you leave the room.
      </p>
      <form className="invite-form" onSubmit={submit}>
        <SelectField label="Good for" value={expiry} options={expiryChoices} onValue={setExpiry} />
        <SelectField label="Lets in" value={uses} options={usesChoices} onValue={setUses} />
        <SubmitButton isBusy={isBusy}>Make a link</SubmitButton>
      </form>
      <FormError error={error} />
      {invites.isLoading && <Skeleton lines={2} label="Loading links" />}
      {invites.error && <p className="form-error">{invites.error}</p>}
      <ul className="invites" aria-label="Links">
        {invites.value?.items.toReversed().map((invite) => (
          <li key={invite.code}>
            <InviteLine room={room.id} invite={invite} onRevoked={invites.reload} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function InviteLine({ room, invite, onRevoked }: { room: string; invite: InviteView; onRevoked: () => void }) {
  const { rest } = useNatter();
  const { isBusy, error, run } = useAction();
  const [isCopied, setCopied] = useState(false);
  const link = linkOf(room, invite.code);
  const { used, uses } = invite;
  const count = uses === null ? `${used} came in` : `${used} of ${uses} came in`;
  return (
    <>
      <div className="invite-link">
        <input readOnly value={link} aria-label="Link" onFocus={(event) => event.target.select()} />
        <button type="button" className="button small" onClick={() => void copyText(link).then(setCopied)}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
        <button
          type="button"
          className="button small quiet danger-text"
          aria-disabled={isBusy}
          onClick={() => void run(() => rest.revokeInvite(room, invite.code)).then((worked) => worked && onRevoked())}
        >
          Revoke
        </button>
      </div>
      <p className="facts">
        Until {whenText(invite.expires_at)} · {count} · by {nameOf(invite.by)}
        <span className="sr-only" role="status">
          {isCopied && 'The link is copied'}
        </span>
      </p>
      {error && <FormError error={error} />}
    </>
  );
}

// The picture beside one's messages. The server makes a small square of it, and keeps nothing else of the file.
import type { Account } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { type ChangeEvent, useRef, useState } from 'react';
import { Avatar } from '../frame/avatar.js';
import { FormError } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { sizeText } from '../messages/words.js';

/** What the server takes, and says so when it is something else. */
const kinds = 'image/png,image/jpeg,image/gif,image/webp,image/avif';
const noPicture =
  'This is no picture that can be used: it takes PNG, JPEG, GIF, WebP or AVIF, up to 64 million pixels.';
const tooLarge = `This picture is too large: it may have ${sizeText(limits.avatarBytes)}.`;

export function AvatarForm({ account }: { account: Account }) {
  const { rest, session } = useNatter();
  const picker = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string>();
  const [done, setDone] = useState('');
  const { isBusy, error, run, clear } = useAction();
  const change = (words: string, work: () => Promise<Account>) => {
    setRefusal(undefined);
    setDone('');
    void run(async () => {
      try {
        session.changed(await work());
        setDone(words);
      } catch (cause) {
        if (!(cause instanceof NatterError) || cause.code !== 'invalid') throw cause;
        setRefusal(noPicture);
      }
    });
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (!file) return;
    clear();
    setDone('');
    if (file.size > limits.avatarBytes) return setRefusal(tooLarge);
    change('Your picture is changed.', () => rest.account.setAvatar(file));
  };
  return (
    <div className="avatar-form">
      <Avatar id={account.id} name={account.display_name || account.username} picture={account.avatar} />
      <div>
        <p className="hint">
          Others see it beside your messages, cut to a square. PNG, JPEG, GIF, WebP or AVIF; where it was taken is not
          kept.
        </p>
        <FormError error={refusal ?? error} />
        {done && (
          <p className="note" role="status">
            {done}
          </p>
        )}
        <p className="button-row">
          <input ref={picker} type="file" accept={kinds} hidden aria-label="Picture" onChange={choose} />
          <button
            type="button"
            className="button"
            aria-disabled={isBusy}
            onClick={() => isBusy || picker.current?.click()}
          >
            {isBusy && <span className="spinner" aria-hidden="true" />}
            {account.avatar === null ? 'Choose a picture' : 'Change picture'}
          </button>
          {account.avatar !== null && (
            <button
              type="button"
              className="button"
              aria-disabled={isBusy}
              onClick={() => change('Your picture is removed.', () => rest.account.patchMe({ avatar: null }))}
            >
              Remove picture
            </button>
          )}
        </p>
      </div>
    </div>
  );
}

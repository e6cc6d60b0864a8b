// A link is on its way by mail: where to look for it, and what to do when it does not come.
import { useState } from 'react';
import { Link } from 'wouter';
import { FormError } from '../frame/form.js';
import { useAction } from '../frame/use-action.js';

interface MailedNoticeProps {
  email: string;
  /** Where the sign-in is, with what the person was about to do. */
  loginPath: string;
  /** Asks for the same once more. */
  onAgain: () => Promise<unknown>;
  onChange: () => void;
}

export function MailedNotice({ email, loginPath, onAgain, onChange }: MailedNoticeProps) {
  const [isAgain, setAgain] = useState(false);
  const { isBusy, error, run } = useAction();
  const sendAgain = () => {
    setAgain(false);
    void run(onAgain).then(setAgain);
  };
  return (
    <section className="card auth">
      <h1>Look into your mail</h1>
      <p role="status">
        {isAgain ? 'Another mail' : 'A mail'} is on its way to <strong className="address">{email}</strong>. Follow the
        link in it within 24 hours, then <Link href={loginPath}>sign in</Link>.
      </p>
      <p className="hint">
        Nothing came? Look among unwanted mails, and whether the address is right. It can take a few minutes; nobody
        gets more than three such mails an hour from here.
      </p>
      <FormError error={error} />
      <button type="button" className="button" aria-disabled={isBusy} onClick={sendAgain}>
        {isBusy && <span className="spinner" aria-hidden="true" />}
        Send it again
      </button>
      <button type="button" className="button" onClick={onChange}>
        Correct the address
      </button>
    </section>
  );
}

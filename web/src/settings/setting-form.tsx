// A form about one's own account: what is filled in, what came of it in words, and the button.
import { type FormEvent, type ReactNode, useState } from 'react';
import { FormError, SubmitButton } from '../frame/form.js';
import { useAction } from '../frame/use-action.js';

interface SettingFormProps {
  /** The button says what it does. */
  action: string;
  /** Does it, and says so in a sentence. */
  work: () => Promise<string>;
  children: ReactNode;
}

export function SettingForm({ action, work, children }: SettingFormProps) {
  const [done, setDone] = useState<string>();
  const { isBusy, error, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(undefined);
    void run(async () => setDone(await work()));
  };
  return (
    <form onSubmit={submit}>
      {children}
      <FormError error={error} />
      {done && (
        <p className="note" role="status">
          {done}
        </p>
      )}
      <SubmitButton isBusy={isBusy}>{action}</SubmitButton>
    </form>
  );
}

// «Are you sure?», for what cannot be undone.
import type { ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { FormError } from './form.js';
import { useAction } from './use-action.js';

interface ConfirmDialogProps {
  title: string;
  children: ReactNode;
  /** The button says what will happen. */
  action: string;
  work: () => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, children, action, work, onDone, onClose }: ConfirmDialogProps) {
  const { isBusy, error, run } = useAction();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <FormError error={error} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          aria-disabled={isBusy}
          onClick={() => void run(work).then((worked) => worked && onDone())}
        >
          {isBusy && <span className="spinner" aria-hidden="true" />}
          {action}
        </button>
      </div>
    </Dialog>
  );
}

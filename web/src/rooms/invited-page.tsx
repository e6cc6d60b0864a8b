// Where the link of an invite leads: of a private room nothing is said before one is in.
import { NatterError } from '@natter/contracts/errors';
import { useState } from 'react';
import { Link } from 'wouter';
import { Empty } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { useChat } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { useTitle } from '../frame/use-title.js';

export function InvitedPage({ room, invite }: { room: string; invite: string }) {
  const chat = useChat();
  const [isOver, setOver] = useState(false);
  const { isBusy, error, run } = useAction();
  useTitle('Invitation');
  const join = () =>
    run(async () => {
      try {
        await chat.membership.join(room, invite); // the page becomes the room's as soon as one is in
      } catch (cause) {
        if (!(cause instanceof NatterError) || cause.code !== 'not_found') throw cause;
        setOver(true);
      }
    });
  if (isOver) {
    return (
      <Empty
        isFault
        title="This invitation is over"
        actions={
          <Link href="/rooms" className="button primary">
            Your rooms
          </Link>
        }
      >
        It has expired, was used up or taken back, or its room is gone. Ask whoever sent it for a new one.
      </Empty>
    );
  }
  return (
    <Empty
      title="You are invited"
      actions={
        <>
          <button type="button" className="button primary" aria-disabled={isBusy} onClick={() => void join()}>
            {isBusy && <span className="spinner" aria-hidden="true" />}
            Join the room
          </button>
          <FormError error={error} />
        </>
      }
    >
      Somebody sent you a link to a private room. What it is about, you see when you are in.
    </Empty>
  );
}

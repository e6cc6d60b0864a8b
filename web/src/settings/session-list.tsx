// The devices that are signed in. Ending one signs it out within seconds.
import { Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { fullTimeOf } from '../messages/words.js';
import { deviceOf } from './device.js';

export function SessionList() {
  const { rest } = useNatter();
  const sessions = usePage('sessions', () => rest.account.sessions());
  const { isBusy, error, run } = useAction();
  if (sessions.isLoading) return <Skeleton lines={3} label="Loading sessions" />;
  if (!sessions.value) {
    return (
      <p className="form-error" role="alert">
        {sessions.error}{' '}
        <button type="button" className="link-button" onClick={sessions.reload}>
          Try again
        </button>
      </p>
    );
  }
  const end = (work: () => Promise<void>) => void run(work).then((worked) => worked && sessions.reload());
  const items = sessions.value.toSorted((a, b) => Number(b.current) - Number(a.current));
  return (
    <>
      <ul className="sessions">
        {items.map((session) => (
          <li key={session.id}>
            <div className="member-words">
              <span>
                {deviceOf(session.user_agent)}
                {session.current && <span className="role">this one</span>}
              </span>
              <span className="facts">
                {session.ip} · last seen {fullTimeOf(session.last_seen)}
              </span>
              {session.connections.map(({ id, gateway, since }) => (
                <span key={id} className="facts">
                  Connected now through {gateway}, since {fullTimeOf(since)}
                </span>
              ))}
            </div>
            {!session.current && (
              <button
                type="button"
                className="button small"
                aria-disabled={isBusy}
                aria-label={`End the session on ${deviceOf(session.user_agent)}`}
                onClick={() => end(() => rest.account.endSession(session.id))}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      <FormError error={error} />
      {items.length === 1 && <p className="hint">You are signed in nowhere else.</p>}
      {items.length > 1 && (
        <button
          type="button"
          className="button"
          aria-disabled={isBusy}
          onClick={() => end(() => rest.account.endOtherSessions())}
        >
          End all others
        </button>
      )}
    </>
  );
}

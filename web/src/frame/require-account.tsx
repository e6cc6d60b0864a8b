// Pages that need somebody signed in: asks the server if it has to, and sends to the sign-in page and back.
import { type ReactNode, useEffect } from 'react';
import { Redirect, useLocation, useSearch } from 'wouter';
import { Empty } from './empty.js';
import { Mark } from './logo.js';
import { ChatContext, useNatter, useSession, useStore } from './natter-context.js';

export function RequireAccount({ children }: { children: ReactNode }) {
  const natter = useNatter();
  const session = useSession();
  const chat = useStore(natter, (state) => state.chat);
  const [path] = useLocation();
  const search = useSearch();
  useEffect(() => {
    if (session.status === 'unknown') void natter.session.verify();
  }, [natter, session.status]);

  if (session.status === 'signed_out') {
    if (session.why === 'left') return <Redirect to="/" />;
    return <Redirect to={`/login?next=${encodeURIComponent(search ? `${path}?${search}` : path)}`} />;
  }
  if (session.status === 'unreachable') {
    return (
      <Empty
        isFault
        title="The server does not answer"
        actions={
          <button type="button" className="button primary" onClick={() => void natter.session.verify()}>
            Try again
          </button>
        }
      >
        It may be restarting, or this device is offline.
      </Empty>
    );
  }
  if (!chat) return <Splash />;
  return <ChatContext value={chat}>{children}</ChatContext>;
}

export function Splash() {
  return (
    <div className="splash" role="status">
      <Mark />
      <span className="sr-only">Loading</span>
    </div>
  );
}

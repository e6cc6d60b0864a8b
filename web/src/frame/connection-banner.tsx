// How it stands with the connection, when not well: what happens next, and what one can do about it.
import { type ReactNode, useEffect, useState } from 'react';
import { useChat, useChatState } from './natter-context.js';

/** A connection that is quick to come needs no words. */
const patienceMs = 900;

export function ConnectionBanner() {
  const chat = useChat();
  const connection = useChatState((state) => state.connection);
  const isOnline = useOnline();
  if (connection.phase === 'live' || connection.phase === 'closed') return null;
  const button = (text: string, act: () => void) => (
    <button type="button" className="banner-button" onClick={act}>
      {text}
    </button>
  );
  if (connection.phase === 'connecting') return <Connecting />;
  if (connection.phase === 'waiting') {
    return (
      <Banner>
        {isOnline ? 'Connection lost.' : 'You are offline; what you write is kept and sent later.'}{' '}
        <Countdown toMs={connection.retryAtMs} />
        {button('Try now', () => chat.connectNow())}
      </Banner>
    );
  }
  switch (connection.code) {
    case 4401:
      return <Banner isBusy>Checking your sign-in…</Banner>;
    case 4403:
      return <Banner isFault>This account is disabled. Ask whoever runs this server.</Banner>;
    case 4409:
      return (
        <Banner isFault>
          Natter is open in too many places, so it paused here. {button('Use it here', () => chat.connectNow())}
        </Banner>
      );
    default:
      return (
        <Banner isFault>
          This page and the server do not understand each other. {button('Reload', () => location.reload())}
        </Banner>
      );
  }
}

function Banner({
  children,
  isFault = false,
  isBusy = false,
}: {
  children: ReactNode;
  isFault?: boolean;
  isBusy?: boolean;
}) {
  return (
    <div className={`banner ${isFault ? 'banner-fault' : ''}`} role="status">
      {isBusy && <span className="spinner" aria-hidden="true" />}
      <span>{children}</span>
    </div>
  );
}

function Connecting() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return isSlow && <Banner isBusy>Connecting…</Banner>;
}

/** Seconds to go; hidden from those who hear the page, who would hear every one of them. */
function Countdown({ toMs }: { toMs: number }) {
  const [nowMs, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((toMs - nowMs) / 1_000);
  return <span aria-hidden="true">{seconds > 0 ? `Reconnecting in ${seconds} s. ` : 'Reconnecting now. '}</span>;
}

export function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const change = () => setOnline(navigator.onLine);
    addEventListener('online', change);
    addEventListener('offline', change);
    return () => {
      removeEventListener('online', change);
      removeEventListener('offline', change);
    };
  }, []);
  return isOnline;
}

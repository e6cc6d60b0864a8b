// Sentences that come up once: removed from a room, a room deleted, added to one.
import { useEffect } from 'react';
import { CloseIcon } from './icons.js';
import { useChat, useChatState } from './natter-context.js';

const shownMs = 8_000;

export function Notices() {
  const notices = useChatState((state) => state.notices);
  return (
    <div className="notices" role="status">
      {notices.map((notice) => (
        <Notice key={notice.id} {...notice} />
      ))}
    </div>
  );
}

function Notice({ id, text }: { id: number; text: string }) {
  const chat = useChat();
  useEffect(() => {
    const timer = setTimeout(() => chat.dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [chat, id]);
  return (
    <div className="notice">
      <span>{text}</span>
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => chat.dismiss(id)}>
        <CloseIcon />
      </button>
    </div>
  );
}

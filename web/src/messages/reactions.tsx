// The reactions of a message: each emoji with how many gave it. One's own stands out; a click gives or takes it back.
import type { MessageEvent } from '@natter/contracts/events';
import type { RowActions } from './row-actions.js';
import { reactedText } from './words.js';

interface ReactionsProps {
  message: MessageEvent;
  /** Emoji that are on their way. */
  underWay: ReadonlySet<string> | undefined;
  actions: RowActions;
}

export function Reactions({ message, underWay, actions }: ReactionsProps) {
  const reactions = Object.entries(message.reactions ?? {});
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(([emoji, users]) => {
        const isMine = users.includes(actions.me);
        const others = users.filter((id) => id !== actions.me);
        const names = others.map((id) => actions.nameOf({ id, username: '' })).filter(Boolean);
        const who = reactedText(names, isMine, others.length - names.length);
        return (
          <li key={emoji}>
            <button
              type="button"
              className={underWay?.has(emoji) ? 'reaction under-way' : 'reaction'}
              aria-pressed={isMine}
              aria-label={`${emoji} ${users.length}: ${who}`}
              title={who}
              onClick={() => actions.react(message, emoji)}
            >
              <span aria-hidden="true">{emoji}</span> {users.length}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

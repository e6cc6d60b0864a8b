// Who writes something just now, in a line that is always there, so that nothing moves.
import { useChatState } from '../frame/natter-context.js';
import { typingText } from './words.js';

const nobody: readonly string[] = [];

export function TypingLine({ room }: { room: string }) {
  const typists = useChatState((state) => state.typing.get(room)) ?? nobody;
  const members = useChatState((state) => state.members.get(room)?.items);
  const names = typists.map((id) => {
    const user = members?.find((member) => member.user.id === id)?.user;
    return user && (user.display_name || user.username);
  });
  const text = typingText(names);
  return (
    <p className="typing clip" dir="auto">
      {text && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>{' '}
          {text}
        </>
      )}
    </p>
  );
}

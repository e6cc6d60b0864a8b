import { ModelServer } from '@natter/client/testing/model-server';
import { ManualClock } from '@natter/client/testing/manual-clock';
import type { MessageEvent } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { byTarget, type PendingChange, withChanges } from './pending-changes.js';

const said = (more: Partial<MessageEvent> = {}): MessageEvent => {
  const server = new ModelServer({ clock: new ManualClock() });
  return server.append('room-1', 'hello', undefined, undefined, more) as MessageEvent;
};
const base = { id: 'c', room: 'room-1', target: 1, state: 'sending' } as const;
const edit = (body: string, state: PendingChange['state'] = 'sending'): PendingChange => ({
  ...base,
  type: 'edit',
  body,
  state,
});
const react = (emoji: string, op: 'add' | 'remove'): PendingChange => ({ ...base, type: 'react', emoji, op });

describe('what is on its way to a message', () => {
  it('shows as if it were stored, and is told of', () => {
    const message = said({ reactions: { '👍': ['me', 'bob'], '🎉': ['me'] } });
    const changes = [edit('hello there'), react('👍', 'remove'), react('🎉', 'remove'), react('👀', 'add')];
    const shown = withChanges(message, changes, 'me');
    expect(shown.message).toMatchObject({ body: 'hello there', reactions: { '👍': ['bob'], '👀': ['me'] } });
    expect(shown.message.reactions).not.toHaveProperty('🎉');
    expect(shown.underWay).toMatchObject({ edit: { body: 'hello there' }, emoji: new Set(['👍', '🎉', '👀']) });
  });

  it('is the last of several edits, and keeps a message that is to go until it is gone', () => {
    const { message, underWay } = withChanges(said(), [edit('one'), edit('two'), { ...base, type: 'delete' }], 'me');
    expect(message).toMatchObject({ body: 'two', deleted: false });
    expect(underWay).toMatchObject({ edit: { body: 'two' }, isDeleting: true });
  });

  it('changes nothing of a message that was deleted meanwhile', () => {
    const message = said({ deleted: true, reactions: {} });
    expect(withChanges(message, [edit('late'), react('👍', 'add')], 'me')).toEqual({ message });
  });

  it('is found by room and message', () => {
    const other = { ...edit('elsewhere'), room: 'room-2' };
    expect([...byTarget([edit('one'), other, react('👍', 'add')], 'room-1')]).toMatchObject([
      [1, [{ type: 'edit' }, { type: 'react' }]],
    ]);
  });
});

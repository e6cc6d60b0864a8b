import type { MemberEvent, MessageEvent } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { deliveryOf, timeline, type TimelineInput } from './timeline.js';

const said = (seq: number, sender: string, ts = '2026-01-01T10:00:00.000Z'): MessageEvent => ({
  type: 'message',
  room: 'r',
  seq,
  ts,
  id: `id${seq}`,
  sender: { id: sender, username: sender },
  body: 'x',
  thread: null,
  reply_to: null,
  files: [],
  mentions: [],
  reactions: {},
  replies: null,
  edited_at: null,
  deleted: false,
});
const joined = (seq: number): MemberEvent => {
  const user = { id: 'eve', username: 'eve', display_name: 'Eve', avatar: null };
  return {
    type: 'member',
    room: 'r',
    seq,
    ts: '2026-01-01T10:00:00.000Z',
    user,
    by: user,
    change: 'joined',
    role: 'member',
  };
};
const rows = (input: Partial<TimelineInput>) =>
  timeline({
    items: [],
    pending: [],
    me: 'me',
    newAfter: undefined,
    cursors: new Map(),
    dayOf: (ts) => ts.slice(0, 10),
    ...input,
  });
const kinds = (input: Partial<TimelineInput>) => rows(input).map((row) => row.kind);

describe('the timeline', () => {
  it('separates days', () => {
    const items = [said(1, 'bob', '2026-01-01T23:59:00.000Z'), said(2, 'bob', '2026-01-02T00:01:00.000Z')];
    expect(kinds({ items })).toEqual(['day', 'message', 'day', 'message']);
  });

  it('groups what one person says in one go', () => {
    const items = [said(1, 'bob'), said(2, 'bob'), said(3, 'ada'), said(4, 'ada', '2026-01-01T10:06:00.000Z')];
    const groups = rows({ items }).flatMap((row) => (row.kind === 'message' ? [[row.isFirst, row.isLast]] : []));
    expect(groups).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('draws the «new» line once, above the first message of another', () => {
    const items = [said(1, 'bob'), said(2, 'me'), said(3, 'bob'), said(4, 'bob')];
    expect(kinds({ items, newAfter: 1 })).toEqual(['day', 'message', 'message', 'new', 'message', 'message']);
    expect(kinds({ items, newAfter: 4 })).not.toContain('new');
  });

  it('waits with the «new» line until the history reaches down to it', () => {
    const items = [said(7, 'bob'), said(8, 'bob')];
    expect(kinds({ items, newAfter: 3, hasOlder: true })).not.toContain('new');
    expect(kinds({ items, newAfter: 6, hasOlder: true })).toContain('new');
    expect(kinds({ items, newAfter: 3, hasOlder: false })).toContain('new');
  });

  it('has quiet lines between', () => {
    const items = [said(1, 'bob'), joined(2), said(3, 'bob')];
    expect(kinds({ items })).toEqual(['day', 'message', 'quiet', 'message']);
  });

  it('has one line for what is said in a thread, and the thread has it whole, under its root', () => {
    const root = { ...said(1, 'bob'), replies: { count: 1, last_seq: 3 } };
    const items = [root, said(2, 'ada'), { ...said(3, 'bob'), thread: 1 }];
    const pending = [{ id: 'mine', room: 'r', body: 'x', thread: 1, state: 'sending' as const }];
    expect(kinds({ items, pending })).toEqual(['day', 'message', 'message', 'answer']);
    expect(rows({ items, pending }).at(-1)).toMatchObject({ kind: 'answer', root: 1 });
    const thread = [root, items[2]!];
    expect(kinds({ items: thread, pending, thread: 1 })).toEqual(['day', 'message', 'answers', 'message', 'pending']);
  });

  it('shows a message as it will be', () => {
    const edit = { type: 'edit' as const, id: 'c', room: 'r', target: 1, body: 'better', state: 'sending' as const };
    const row = rows({ items: [said(1, 'me')], changes: new Map([[1, [edit]]]) }).at(-1);
    expect(row).toMatchObject({ message: { body: 'better' }, underWay: { edit } });
  });

  it('shows what is on its way once only', () => {
    const pending = [
      { id: 'id1', room: 'r', body: 'x', state: 'stored' as const },
      { id: 'id2', room: 'r', body: 'y', state: 'sending' as const },
    ];
    const shown = rows({ items: [said(1, 'me')], pending });
    expect(shown.map((row) => row.key)).toEqual(['day 2026-01-01', 'id1', 'id2']);
    expect(shown.at(-1)).toMatchObject({ kind: 'pending', isFirst: false });
  });

  it('tells how far one’s own message has come', () => {
    const cursors = [
      ['ada', { delivered: 5, read: 3 }],
      ['bob', { delivered: 4, read: 2 }],
    ] as const;
    expect([2, 3, 4, 5, 6].map((seq) => deliveryOf(seq, cursors))).toEqual([
      { delivery: 'read', readers: ['ada', 'bob'] },
      { delivery: 'read', readers: ['ada'] },
      { delivery: 'delivered', readers: [] },
      { delivery: 'delivered', readers: [] },
      { delivery: 'stored', readers: [] },
    ]);
  });

  it('names the readers under the newest of one’s own that was read, and not oneself', () => {
    const items = [said(1, 'me'), said(2, 'bob'), said(3, 'me'), said(4, 'me')];
    const cursors = new Map([
      ['me', { delivered: 4, read: 4 }],
      ['bob', { delivered: 4, read: 3 }],
    ]);
    const marked = rows({ items, cursors }).filter((row) => row.kind === 'message' && row.isLastRead);
    expect(marked).toMatchObject([{ key: 'id3', readers: ['bob'] }]);
    expect(rows({ items, cursors: new Map() }).some((row) => 'isLastRead' in row)).toBe(false);
  });
});

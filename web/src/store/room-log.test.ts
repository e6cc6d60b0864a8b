import type { LogEvent, MessageEvent } from '@natter/contracts/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent, countUnread, emptyLog, type RoomLog, trim, withNewest, withOlder } from './room-log.js';

const by = { id: 'bob', username: 'bob', display_name: 'Bob', avatar: null };
const said = (seq: number, over: Partial<MessageEvent> = {}): MessageEvent => ({
  type: 'message',
  room: 'r',
  seq,
  ts: '2026-01-01T00:00:00.000Z',
  id: `id${seq}`,
  sender: by,
  body: `body ${seq}`,
  thread: null,
  reply_to: null,
  files: [],
  mentions: [],
  reactions: {},
  replies: null,
  edited_at: null,
  deleted: false,
  ...over,
});
const edited = (seq: number, target: number, body: string): LogEvent => ({
  type: 'edited',
  room: 'r',
  seq,
  ts: 't',
  target,
  body,
  by,
});
const deleted = (seq: number, target: number): LogEvent => ({ type: 'deleted', room: 'r', seq, ts: 't', target, by });
const reacted = (seq: number, target: number, op: 'add' | 'remove'): LogEvent => ({
  type: 'reaction',
  room: 'r',
  seq,
  ts: 't',
  target,
  emoji: '👍',
  op,
  by,
});
const ready: RoomLog = { ...emptyLog, status: 'ready', hasOlder: false };
const apply = (log: RoomLog, events: LogEvent[]) => events.reduce(applyEvent, log);
const seqs = (log: RoomLog) => log.items.map(({ seq }) => seq);

describe('a room log', () => {
  it('shows an edit, a reaction and a deletion at their message', () => {
    let log = apply(ready, [said(1), edited(2, 1, 'better'), reacted(3, 1, 'add')]);
    expect(log.items).toMatchObject([{ body: 'better', edited_at: 't', reactions: { '👍': ['bob'] } }]);
    log = apply(log, [reacted(4, 1, 'remove'), deleted(5, 1)]);
    expect(log.items[0]).toMatchObject({ deleted: true, reactions: {} });
    expect(log.items[0]).not.toHaveProperty('body');
  });

  it('keeps nothing of a deleted message that could say what it was', () => {
    const log = apply(ready, [said(1, { meta: { also: 'secret' }, mentions: ['bob'] }), deleted(2, 1)]);
    for (const key of ['body', 'files', 'meta']) expect(log.items[0]).not.toHaveProperty(key);
    expect(log.items[0]).toMatchObject({ mentions: [], reactions: {} });
  });

  it('counts what is said in a thread once, however often it is heard', () => {
    const events = [said(1), said(2, { thread: 1 }), said(3, { thread: 1 })];
    const log = apply(ready, [...events, ...events.slice(1)]);
    expect(log.items[0]).toMatchObject({ replies: { count: 2, last_seq: 3 } });
  });

  it('does not bring back a deleted text', () => {
    const log = apply(ready, [said(1), deleted(3, 1), edited(2, 1, 'late')]);
    expect(log.items[0]).not.toHaveProperty('body');
  });

  it('joins the newest page with what came while it was on its way', () => {
    const loading = apply({ ...emptyLog, status: 'loading' }, [said(3), edited(4, 2, 'new'), said(5)]);
    const log = withNewest(loading, { items: [said(1), said(2), said(3)], last_seq: 3, more: true });
    expect(seqs(log)).toEqual([1, 2, 3, 5]);
    expect(log.items[1]).toMatchObject({ body: 'new' });
    expect(log).toMatchObject({ status: 'ready', hasOlder: true });
  });

  it('puts an older page in front, with edits that came meanwhile', () => {
    const log = apply({ ...ready, hasOlder: true, items: [said(5)], older: 'loading' }, [edited(6, 4, 'new')]);
    const joined = withOlder(log, { items: [said(3), said(4)], last_seq: 6, more: false });
    expect(seqs(joined)).toEqual([3, 4, 5]);
    expect(joined.items[1]).toMatchObject({ body: 'new' });
    expect(joined).toMatchObject({ hasOlder: false, older: 'idle', since: [] });
  });

  it('gives the oldest up when it grows too long', () => {
    expect(trim(apply(ready, [said(1), said(2), said(3)]), 2)).toMatchObject({
      items: [{ seq: 2 }, { seq: 3 }],
      hasOlder: true,
    });
  });

  it('counts unread messages of others where it reaches far enough down', () => {
    const log = apply(ready, [
      said(1),
      said(2, { sender: { id: 'me', username: 'me' } }),
      said(3),
      said(4, { deleted: true }),
    ]);
    expect(countUnread(log, 1, 'me')).toBe(1);
    expect(countUnread({ ...log, hasOlder: true, items: log.items.slice(2) }, 1, 'me')).toBeUndefined();
  });

  it('comes out the same however often events are applied again', () => {
    const events = fc.array(
      fc.oneof(
        fc.constant('say'),
        fc.record({ edit: fc.nat(9) }),
        fc.record({ remove: fc.nat(9) }),
        fc.record({ react: fc.nat(9) }),
      ),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(events, fc.nat(20), (plan, from) => {
        const log = plan.map((step, index): LogEvent => {
          const seq = index + 1;
          if (step === 'say') return said(seq);
          if (typeof step !== 'object') throw new Error('not a step');
          if ('edit' in step) return edited(seq, step.edit, 'last words');
          return 'remove' in step ? deleted(seq, step.remove) : reacted(seq, step.react, 'add');
        });
        // A replay shows things as they are now: apply the tail once more, each message in its final shape.
        const once = apply(ready, log);
        const final = new Map(once.items.map((item) => [item.seq, item]));
        const replay = log.slice(from).map((event) => final.get(event.seq) ?? event);
        const twice = apply(once, replay);
        expect(seqs(twice)).toEqual(seqs(once));
        expect(twice.items.map((item) => item.type === 'message' && [item.body, item.deleted])).toEqual(
          once.items.map((item) => item.type === 'message' && [item.body, item.deleted]),
        );
      }),
    );
  });
});

import type { LogEvent, MessageEvent } from '@natter/contracts/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent, countAbove, emptyLog, messageAt, type RoomLog, trim, withNewest, withOlder } from './room-log.js';

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
    const joined = withOlder(log, { items: [said(3), said(4)], last_seq: 5, more: false });
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

  it('does not go back when an event comes late or again', () => {
    const log = apply(ready, [
      said(1),
      edited(2, 1, 'first'),
      edited(3, 1, 'last'),
      reacted(4, 1, 'add'),
      reacted(5, 1, 'remove'),
    ]);
    const again = apply(log, [said(1), edited(2, 1, 'first'), reacted(4, 1, 'add')]);
    expect(messageAt(again.items, 1)).toMatchObject({ body: 'last', reactions: {}, asOf: 5 });
  });

  it('takes a page as it was when it was read, and goes on from there', () => {
    const loading = apply({ ...emptyLog, status: 'loading' }, [reacted(4, 1, 'add'), reacted(5, 1, 'remove')]);
    const log = withNewest(loading, { items: [said(1)], last_seq: 5, more: false });
    expect(messageAt(log.items, 1)?.reactions).toEqual({});
    const earlier = withNewest(loading, { items: [said(1)], last_seq: 3, more: false });
    expect(messageAt(apply(earlier, [reacted(6, 1, 'add')]).items, 1)?.reactions).toEqual({ '👍': ['bob'] });
  });

  it('gives a deleted message no reactions, and still counts what is answered to it', () => {
    const log = apply(ready, [said(1), deleted(2, 1), reacted(3, 1, 'add'), said(4, { thread: 1 })]);
    expect(log.items[0]).toMatchObject({ deleted: true, reactions: {}, replies: { count: 1, last_seq: 4 } });
  });

  it('shows what the log says, whenever its pages were read and whatever came twice', () => {
    const steps = fc.array(
      fc.record({
        kind: fc.constantFrom('say', 'answer', 'edit', 'remove', 'add', 'take'),
        at: fc.nat(),
        again: fc.boolean(),
        page: fc.constantFrom('none', 'none', 'asked', 'read', 'arrives'),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (plan) => {
        // The server: every message as it is after all events so far, made one by one.
        let truth: RoomLog = ready;
        let log: RoomLog = { ...emptyLog };
        let read: { items: MessageEvent[]; last_seq: number; more: boolean } | undefined;
        const events: LogEvent[] = [];
        const hear = (event: LogEvent) => {
          if (log.status !== 'unloaded') log = applyEvent(log, event);
        };
        for (const [index, { kind, at, again, page }] of plan.entries()) {
          const seq = index + 1;
          const targets = events.filter(({ type }) => type === 'message').map((event) => event.seq);
          const target = targets[at % targets.length];
          let event: LogEvent = said(seq);
          if (target !== undefined && kind === 'answer') event = said(seq, { thread: target });
          if (target !== undefined && kind === 'edit') event = edited(seq, target, `words ${seq}`);
          if (target !== undefined && kind === 'remove') event = deleted(seq, target);
          if (target !== undefined && (kind === 'add' || kind === 'take'))
            event = reacted(seq, target, kind === 'add' ? 'add' : 'remove');
          events.push(event);
          truth = applyEvent(truth, event);
          hear(event);
          const before = events[at % events.length];
          if (again && before) hear(before);
          if (page === 'asked' && log.status === 'unloaded') log = { ...emptyLog, status: 'loading' };
          const isLoading = log.status === 'loading';
          if (page === 'read' && isLoading && !read)
            read = { items: truth.items as MessageEvent[], last_seq: seq, more: false };
          if (page === 'arrives' && isLoading && read) log = withNewest(log, read);
        }
        if (log.status !== 'ready') return;
        const shown = ({ items }: RoomLog) => items.map((item) => ({ ...item, asOf: undefined }));
        expect(shown(log)).toEqual(shown(truth));
      }),
      { numRuns: 500 },
    );
  });

  it('counts unread messages of others where it reaches far enough down', () => {
    const log = apply(ready, [
      said(1),
      said(2, { sender: { id: 'me', username: 'me' } }),
      said(3),
      said(4, { deleted: true }),
    ]);
    const naming = apply(log, [said(5, { mentions: ['me'] })]);
    expect(countAbove(naming, 1, 'me')).toEqual({ unread: 2, mentions: 1 });
    expect(countAbove(log, 1, 'me')).toEqual({ unread: 1, mentions: 0 });
    expect(countAbove({ ...log, hasOlder: true, items: log.items.slice(2) }, 1, 'me')).toBeUndefined();
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

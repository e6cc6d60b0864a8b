import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppendItem } from '@natter/contracts/messages';
import { eventBytes, eventJson, memberPayload, messagePayload, sameContent } from './payload.js';

const item = (more: Partial<AppendItem> = {}): AppendItem => ({
  ref: 1,
  room: 'r',
  sender: 's',
  username: 'ann',
  id: 'i',
  body: 'hello',
  ...more,
});
const place = { room: 'r', seq: 7, ts: '2026-01-01T00:00:00.000Z' };

describe('the payload of a message', () => {
  it('becomes the event of the contract when its place is put in front', () => {
    const payload = messagePayload(item({ reply_to: 3, meta: { a: 1 } }));
    const json = eventJson({ ...place, type: 'message', payload });
    expect(JSON.parse(json)).toEqual({
      type: 'message',
      room: 'r',
      seq: 7,
      ts: '2026-01-01T00:00:00.000Z',
      id: 'i',
      sender: { id: 's', username: 'ann' },
      body: 'hello',
      thread: null,
      reply_to: 3,
      files: [],
      mentions: [],
      reactions: {},
      replies: null,
      edited_at: null,
      deleted: false,
      meta: { a: 1 },
    });
    expect(Object.keys(JSON.parse(json)).slice(0, 4)).toEqual(['type', 'room', 'seq', 'ts']);
  });

  it('keeps any text as it is', () => {
    fc.assert(
      fc.property(fc.uint16Array(), (units) => {
        const body = String.fromCharCode(...units).toWellFormed();
        const { bytes } = eventBytes({ ...place, type: 'message', payload: messagePayload(item({ body })) });
        expect(JSON.parse(bytes.toString('utf8')).body).toBe(body);
      }),
    );
  });

  it('is the same content under another name and with other key order, and nothing else is', () => {
    const stored = messagePayload(item({ meta: { a: [1, { b: 2, c: 3 }] } }));
    const same = (more: Partial<AppendItem>) =>
      sameContent(stored, messagePayload(item({ meta: { a: [1, { b: 2, c: 3 }] }, ...more })));
    expect(same({})).toBe(true);
    expect(same({ username: 'renamed' })).toBe(true);
    expect(same({ meta: { a: [1, { c: 3, b: 2 }] } })).toBe(true);
    expect(same({ body: 'other' })).toBe(false);
    expect(same({ thread: 1 })).toBe(false);
    expect(same({ reply_to: 1 })).toBe(false);
    expect(same({ meta: { a: [{ b: 2, c: 3 }, 1] } })).toBe(false);
    expect(sameContent(stored, messagePayload(item()))).toBe(false);
  });
});

describe('the payload of a member event', () => {
  it('says whom it moves beside its bytes', () => {
    const user = { id: 'u', username: 'bob', display_name: 'Bob', avatar: null };
    const event = eventBytes({ ...place, type: 'member', payload: memberPayload(user, 'left', null, user) });
    expect(event.member).toEqual({ user: 'u', change: 'left', role: null });
    expect(JSON.parse(String(event.bytes))).toMatchObject({
      type: 'member',
      user,
      change: 'left',
      role: null,
      by: user,
    });
  });
});

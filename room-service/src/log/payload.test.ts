import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendItem } from '@natter/contracts/messages';
import { eventBytes, eventJson, memberPayload, messagePayload } from './payload.js';

const item = (more: Partial<SendItem> = {}): SendItem => ({
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
});

describe('an event as things are now', () => {
  const payload = messagePayload(item({ meta: { b: 1.5, a: 'x' } }));
  const about = payload.replace('hello', 'newest').replace('"mentions":[]', '"mentions":["u"]');
  const edited = { ...place, type: 'edited' as const, payload: '{"target":3,"by":{"id":"s"}}', target: 3 };

  it('carries the newest text where it is about an edit, and says which message it is about', () => {
    const { bytes, about: target } = eventBytes({ ...edited, about });
    expect(JSON.parse(String(bytes))).toEqual({
      ...place,
      type: 'edited',
      target: 3,
      by: { id: 's' },
      body: 'newest',
      mentions: ['u'],
    });
    expect(target).toBe(3);
  });

  it('carries no text once the message is deleted', () => {
    const { body: _, ...gone } = JSON.parse(payload) as { body: string };
    const event = JSON.parse(eventJson({ ...edited, about: JSON.stringify(gone) })) as object;
    expect(Object.keys(event)).toEqual(['type', 'room', 'seq', 'ts', 'target', 'by']);
  });

  it('has the reactions and replies of a message, and all else as it was', () => {
    const plain = { ...place, type: 'message' as const, payload };
    const reactions = { '👍': ['u', 'v'] };
    const marked = { ...plain, marks: { reactions, replies: { count: 2, last_seq: 9 } } };
    expect(JSON.parse(eventJson(marked))).toEqual({
      ...(JSON.parse(eventJson(plain)) as object),
      reactions,
      replies: { count: 2, last_seq: 9 },
    });
    expect(JSON.parse(eventJson({ ...plain, marks: { reactions: null, replies: null } }))).toEqual(
      JSON.parse(eventJson(plain)),
    );
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

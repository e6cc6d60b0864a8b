import { createHash } from 'node:crypto';
import type { AppendItem, SendItem } from '@natter/contracts/messages';
import { describe, expect, it } from 'vitest';
import { entryOf } from './entry.js';
import { isRepeat, isSameRequest, type Known } from './repeats.js';

const base = { ref: 1, room: 'r', sender: 's', username: 'ann', id: 'i' };
const item = (more: Partial<SendItem> = {}): SendItem => ({ ...base, body: 'hello', ...more });
const known = (more: Partial<Known> = {}): string =>
  JSON.stringify({
    type: 'message',
    payload: entryOf(item({ meta: { a: [1, { b: 2, c: 3 }] } })).text,
    proof: null,
    deleted: false,
    ...more,
  } satisfies Known);
const proof = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a send whose id is known', () => {
  const isSame = (more: Partial<SendItem>, stored: Partial<Known> = {}) =>
    isRepeat(entryOf(item({ meta: { a: [1, { b: 2, c: 3 }] }, ...more })), 'r', known(stored));

  it('is a repeat under another name and with other key order, and with nothing else', () => {
    expect(isSame({})).toBe(true);
    expect(isSame({ username: 'renamed' })).toBe(true);
    expect(isSame({ meta: { a: [1, { c: 3, b: 2 }] } })).toBe(true);
    expect(isSame({ body: 'other' })).toBe(false);
    expect(isSame({ room: 'other' })).toBe(false);
    expect(isSame({ thread: 1 })).toBe(false);
    expect(isSame({ reply_to: 1 })).toBe(false);
    expect(isSame({ meta: { a: [{ b: 2, c: 3 }, 1] } })).toBe(false);
    expect(isRepeat(entryOf(item()), 'r', known())).toBe(false);
  });

  it('is known by its first text after an edit', () => {
    const payload = entryOf(item({ body: 'edited', meta: { a: [1, { b: 2, c: 3 }] } })).text;
    const stored = { payload, proof: proof('hello') };
    expect(isSame({}, stored)).toBe(true);
    expect(isSame({ body: 'edited' }, stored)).toBe(false);
  });

  it('is believed once the message is deleted, but for its place', () => {
    const stored = { payload: '{"thread":null,"reply_to":null,"deleted":true}', deleted: true };
    expect(isSame({ body: 'anything' }, stored)).toBe(true);
    expect(isSame({ thread: 1 }, stored)).toBe(false);
  });

  it('is no repeat of anything but a send', () => {
    expect(isSame({}, { type: 'edited', payload: '{"target":1,"by":{}}' })).toBe(false);
  });
});

describe('a change whose id is known', () => {
  const isSame = (change: AppendItem, stored: Partial<Known>) => isRepeat(entryOf(change), 'r', known(stored));
  const edit = (target: number, body: string): AppendItem => ({ ...base, type: 'edit', target, body });
  const react = (target: number, emoji: string, op: 'add' | 'remove'): AppendItem => ({
    ...base,
    type: 'react',
    target,
    emoji,
    op,
  });

  it('is a repeat with the same target and text', () => {
    const stored = { type: 'edited', payload: '{"target":3}', proof: proof('new') };
    expect(isSame(edit(3, 'new'), stored)).toBe(true);
    expect(isSame(edit(3, 'newer'), stored)).toBe(false);
    expect(isSame(edit(4, 'new'), stored)).toBe(false);
    expect(isSame(edit(3, 'anything'), { ...stored, proof: null })).toBe(true);
    expect(isSame({ ...base, type: 'delete', target: 3 }, stored)).toBe(false);
    expect(isSame({ ...base, type: 'delete', target: 3 }, { type: 'deleted', payload: '{"target":3}' })).toBe(true);
  });

  it('is a repeat with the same emoji, given or taken away', () => {
    const stored = { type: 'reaction', payload: '{"target":3,"emoji":"👍","op":"add"}' };
    expect(isSame(react(3, '👍', 'add'), stored)).toBe(true);
    expect(isSame(react(3, '👍', 'remove'), stored)).toBe(false);
    expect(isSame(react(3, '🎉', 'add'), stored)).toBe(false);
  });

  it('is the same request as another that waits only if all of it is', () => {
    const same = (a: AppendItem, b: AppendItem) => isSameRequest(entryOf(a), entryOf(b));
    expect(same(react(3, '👍', 'add'), react(3, '👍', 'add'))).toBe(true);
    expect(same(react(3, '👍', 'add'), react(3, '👍', 'remove'))).toBe(false);
    expect(same(edit(3, 'x'), edit(4, 'x'))).toBe(false);
    expect(same(edit(3, 'x'), { ...edit(3, 'x'), room: 'other' })).toBe(false);
    expect(same(item(), item({ body: 'other' }))).toBe(false);
  });
});

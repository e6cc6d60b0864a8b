import type { AuditEntry } from '@natter/contracts/admin';
import { describe, expect, it } from 'vitest';
import { auditText } from './words.js';

const entry: AuditEntry = {
  id: '1',
  ts: '2026-01-01T00:00:00.000Z',
  kind: 'grants',
  action: 'grants_changed',
  by: { id: 'r', username: 'root' },
  user: { id: 'a', username: 'ann' },
  session: null,
  ip: null,
  room: null,
  details: null,
};

describe('an entry of the trail', () => {
  it('reads as a sentence', () => {
    const text = (more: Partial<AuditEntry>) => auditText({ ...entry, ...more });
    expect(text({ details: { added: ['send_files'], removed: ['create_room', 'invite_members'] } })).toBe(
      '@root changed the grants of @ann: may now send files; may no longer make rooms, bring people in',
    );
    expect(text({ action: 'signed_in', by: entry.user })).toBe('@ann signed in');
    expect(text({ action: 'session_ended', by: entry.user })).toBe('@ann ended a session of their own');
    expect(text({ action: 'sign_in_refused', by: null })).toBe('A sign-in was refused (@ann)');
    expect(text({ action: 'sign_in_refused', by: null, user: null })).toBe('A sign-in was refused');
    const room = { id: 'x', name: 'lobby' };
    expect(text({ action: 'member_banned', room })).toBe('@root banned @ann in lobby');
    expect(text({ action: 'room_deleted', user: null, room })).toBe('@root deleted the room lobby');
    expect(text({ action: 'message_deleted', room, details: { seq: 7 } })).toBe(
      '@root deleted a message of @ann in lobby: number 7',
    );
  });
});

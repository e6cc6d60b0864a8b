import { describe, expect, it } from 'vitest';
import * as admin from './admin.js';
import * as auth from './auth.js';
import * as avatars from './avatars.js';
import { afterClose, closeCodes } from './close-codes.js';
import { errorCatalogue, isErrorCode, NatterError } from './errors.js';
import * as invites from './invites.js';
import * as members from './members.js';
import * as files from './files.js';
import * as messages from './messages.js';
import * as notifications from './notifications.js';
import * as rooms from './rooms.js';
import * as sessions from './sessions.js';
import { subjects } from './subjects.js';

describe('calls', () => {
  const calls = [admin, auth, avatars, files, invites, members, messages, notifications, rooms, sessions]
    .flatMap((module) => Object.values(module) as unknown[])
    .filter(
      (value): value is { subject: string; errors: string[] } =>
        typeof value === 'object' && value !== null && 'subject' in value,
    );

  it('have each a subject of its own, natter.rpc.<entity>.<verb>', () => {
    const names = calls.map((call) => call.subject);
    expect(names.length).toBeGreaterThan(25);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^natter\.rpc\.[a-z]+\.[a-z_]+$/);
  });

  it('fail with codes of the catalogue', () => {
    for (const call of calls) for (const code of call.errors) expect(isErrorCode(code)).toBe(true);
  });
});

describe('subjects', () => {
  it('refuse ids that would widen them', () => {
    for (const id of ['*', '>', 'a.b', '', 'a b', 'x'.repeat(65)])
      expect(() => subjects.instanceDeliver(id)).toThrow(TypeError);
    expect(subjects.instanceDeliver('ws-1')).toBe('natter.instance.ws-1.deliver');
  });
});

describe('errors', () => {
  it('tell whether the request may have been done', () => {
    expect(new NatterError('timeout').outcome).toBe('unknown');
    expect(new NatterError('not_found').httpStatus).toBe(404);
    expect(isErrorCode('toString')).toBe(false);
  });

  it('that leave the outcome open are those of the server', () => {
    for (const entry of Object.values(errorCatalogue))
      expect(entry.outcome === 'unknown').toBe(entry.httpStatus >= 500);
  });
});

describe('close codes', () => {
  it('are told apart by what a client does', () => {
    expect(afterClose(closeCodes.session_ended.code)).toBe('sign_in');
    expect(afterClose(closeCodes.protocol.code)).toBe('stop');
    expect(afterClose(1006)).toBe('reconnect');
  });
});

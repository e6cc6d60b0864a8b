import { loginBody, passwordBody, registerBody } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { RoomRef } from '@natter/contracts/ids';
import { messagesQuery, sendBody } from '@natter/contracts/messages';
import { ackNotificationsBody } from '@natter/contracts/notifications';
import { createRoomBody, listQuery, patchRoomBody, searchQuery } from '@natter/contracts/rooms';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { parseBody, parseParam, parseQuery } from './schema.pipe.js';

const refusal = (run: () => unknown): [string, ...string[]] => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof NatterError)) throw error;
    return [error.code, ...(error.details.fields ?? []).map(({ field, code }) => `${field}: ${code}`)];
  }
  throw new Error('was accepted');
};

describe('a body of the wrong shape is a bad request', () => {
  const cases: [z.ZodType, object, string][] = [
    [createRoomBody, {}, 'name: missing'],
    [createRoomBody, { name: 5 }, 'name: type'],
    [createRoomBody, { name: null }, 'name: type'],
    [createRoomBody, { name: 'fine', visibility: 1 }, 'visibility: invalid'],
    [createRoomBody, { name: 'fine', members: 'x' }, 'members: type'],
    [createRoomBody, { name: 'fine', members: [1] }, 'members.0: type'],
    [createRoomBody, { name: 'fine', members_can_invite: 'yes' }, 'members_can_invite: type'],
    [patchRoomBody, { title: null }, 'title: type'],
    [registerBody, { username: 'ann', password: 'long enough' }, 'email: missing'],
    [loginBody, { login: 'ann', password: 'x', token: 'true' }, 'token: type'],
    [sendBody, { body: ['x'] }, 'body: type'],
    [sendBody, { body: 'x', thread: '1' }, 'thread: type'],
    [sendBody, { body: 'x', thread: 1.5 }, 'thread: type'],
    [sendBody, { body: 'x', meta: [] }, 'meta: type'],
    [sendBody, { body: 'x', files: {} }, 'files: type'],
    [ackNotificationsBody, {}, ': invalid'],
  ];
  it.each(cases)('case %#: %j %j', (schema, body, field) => {
    expect(refusal(() => parseBody(schema, body as Record<string, unknown>))).toEqual(['bad_request', field]);
  });
});

describe('a body of the right shape with a value that is not allowed is invalid', () => {
  const cases: [z.ZodType, object, string][] = [
    [createRoomBody, { name: 'a' }, 'name: invalid'],
    [createRoomBody, { name: 'sp ace' }, 'name: invalid'],
    [createRoomBody, { name: 'fine', title: 'x'.repeat(101) }, 'title: too_long'],
    [createRoomBody, { name: 'fine', title: 'a\0' }, 'title: invalid'],
    [createRoomBody, { name: 'fine', topic: '\ud800' }, 'topic: invalid'],
    [createRoomBody, { name: 'fine', visibility: 'secret' }, 'visibility: invalid'],
    [createRoomBody, { name: 'fine', members: ['x'] }, 'members.0: format'],
    [registerBody, { email: 'nobody', username: 'ann', password: 'long enough' }, 'email: format'],
    [registerBody, { email: 'a@b.example', username: 'a b', password: 'long enough' }, 'username: format'],
    [registerBody, { email: 'a@b.example', username: 'ann', password: 'x'.repeat(129) }, 'password: too_long'],
    [loginBody, { login: 'a\0', password: 'x' }, 'login: text'],
    [sendBody, { body: 'x', id: 'x' }, 'id: invalid'],
    [sendBody, { body: 'x', thread: 0 }, 'thread: too_small'],
    [sendBody, { body: 'x', meta: { a: 'x'.repeat(3_000) } }, 'meta: invalid'],
    [sendBody, { body: 'a\0' }, 'body: invalid'],
  ];
  it.each(cases)('case %#: %j %j', (schema, body, field) => {
    expect(refusal(() => parseBody(schema, body as Record<string, unknown>))).toEqual(['invalid', field]);
  });

  it('and a password that is too short is weak', () => {
    const body = { email: 'a@b.example', username: 'ann', password: 'short' };
    expect(refusal(() => parseBody(registerBody, body))).toEqual(['weak_password', 'password: too_short']);
    expect(refusal(() => parseBody(passwordBody, { old: 'x', new: 'short' }))[0]).toBe('weak_password');
    expect(refusal(() => parseBody(registerBody, { ...body, email: 'nobody' }))[0]).toBe('invalid');
  });
});

describe('a body', () => {
  it('that is right comes out as the contract says, without what it does not know', () => {
    const body = JSON.parse('{"name":"MiXed","colour":"red","__proto__":{"visibility":"private"}}') as Record<
      string,
      unknown
    >;
    expect(parseBody(createRoomBody, body)).toEqual({
      name: 'mixed',
      visibility: 'public',
      history: 'all',
      members_can_invite: true,
      members: [],
    });
  });

  it('names at most 20 fields', () => {
    const members = Array.from({ length: 100 }, () => 'x');
    expect(refusal(() => parseBody(createRoomBody, { name: 'fine', members }))).toHaveLength(21);
  });
});

describe('a query', () => {
  it.each(['0', '101', 'abc', '-1', '1.5', ''])('with limit=%j is invalid', (limit) => {
    expect(refusal(() => parseQuery(listQuery, { limit }))[0]).toBe('invalid');
  });

  it('with a value twice, both ends, or none where one is needed, is invalid', () => {
    expect(refusal(() => parseQuery(listQuery, { limit: ['1', '2'] }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(listQuery, { cursor: ['a', 'b'] }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(messagesQuery, { before: '1', after: '1' }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(searchQuery, {}))).toEqual(['invalid', 'q: missing']);
    expect(refusal(() => parseQuery(searchQuery, { q: 'a\0' }))[0]).toBe('invalid');
  });

  it('has a limit of 50 and an empty cursor is none', () => {
    expect(parseQuery(listQuery, { cursor: '' })).toEqual({ limit: 50 });
    expect(parseQuery(listQuery, { limit: '7', cursor: 'c' })).toEqual({ limit: 7, cursor: 'c' });
  });
});

describe('a path', () => {
  it('that can name no room is not found', () => {
    for (const ref of ['a', 'a.b', '\0', '..', 'x'.repeat(65)])
      expect(refusal(() => parseParam(RoomRef, ref))).toEqual(['not_found']);
    expect(parseParam(RoomRef, 'General')).toBe('general');
  });
});

import { loginBody, passwordBody, refreshBody, registerBody } from '@natter/contracts/auth';
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
    [createRoomBody, { name: 'fine', members: ['x'] }, 'members.0: invalid'],
    [registerBody, { email: 'nobody', username: 'ann', password: 'long enough' }, 'email: invalid'],
    [registerBody, { email: 'a@b.example', username: 'a b', password: 'long enough' }, 'username: invalid'],
    [registerBody, { email: 'a@b.example', username: 'ann', password: 'x'.repeat(129) }, 'password: too_long'],
    [sendBody, { body: 'x', files: ['\0'] }, 'files.0: invalid'],
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

  it('unless it is a claim: whatever that looks like, it is just not right', () => {
    for (const odd of ['', 'a\0', '\ud800', 'x'.repeat(100_000)]) {
      const { login, password } = parseBody(loginBody, { login: odd, password: odd });
      expect([login.length <= 512, password.length <= 1_024]).toEqual([true, true]);
      expect(parseBody(passwordBody, { old: odd, new: 'long enough' }).old).toBe(password);
      expect(odd.startsWith(parseBody(refreshBody, { refresh_token: odd }).refresh_token ?? '?')).toBe(true);
    }
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
  it.each(['0', '101', 'abc', '-1', '1.5', '', '0x10', '1e1', '+1', ' 5', '5 ', '1.0', '9'.repeat(400)])(
    'with limit=%j is invalid',
    (limit) => {
      expect(refusal(() => parseQuery(listQuery, { limit }))[0]).toBe('invalid');
    },
  );

  it('with a value twice, both ends, or none where one is needed, is invalid', () => {
    expect(refusal(() => parseQuery(listQuery, { limit: ['1', '2'] }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(listQuery, { cursor: ['a', 'b'] }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(messagesQuery, { before: '1', after: '1' }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(searchQuery, {}))).toEqual(['invalid', 'q: missing']);
    expect(refusal(() => parseQuery(searchQuery, { q: 'a\0' }))[0]).toBe('invalid');
    expect(refusal(() => parseQuery(searchQuery, { q: '' }))).toEqual(['invalid', 'q: too_short']);
  });

  it('has a limit of 50 and an empty cursor is none', () => {
    expect(parseQuery(listQuery, { cursor: '' })).toEqual({ limit: 50 });
    expect(parseQuery(listQuery, { limit: '7', cursor: 'c' })).toEqual({ limit: 7, cursor: 'c' });
  });
});

describe('what is wrong', () => {
  const detail = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as NatterError).message;
    }
    return 'was accepted';
  };

  it('is told by the same codes in bodies and queries, once for each field', () => {
    expect(refusal(() => parseQuery(listQuery, { limit: '0' }))).toEqual(['invalid', 'limit: too_small']);
    expect(refusal(() => parseQuery(listQuery, { limit: '101' }))).toEqual(['invalid', 'limit: too_big']);
    expect(refusal(() => parseQuery(listQuery, { limit: 'x' }))).toEqual(['invalid', 'limit: type']);
    expect(refusal(() => parseQuery(messagesQuery, { before: '9007199254740993' }))).toEqual([
      'invalid',
      'before: too_big',
    ]);
    const both = { name: 'fine', title: `${'x'.repeat(101)}\0` };
    expect(refusal(() => parseBody(createRoomBody, both))).toEqual(['invalid', 'title: invalid']);
  });

  it('is told in words that say what is allowed', () => {
    expect(detail(() => parseBody(createRoomBody, { name: '-' }))).toBe(
      'name: 2–64 characters of a–z, 0–9, _ and -, beginning with a letter or digit, and not a UUID',
    );
    expect(detail(() => parseBody(createRoomBody, { title: 5, visibility: 'secret' }))).toBe(
      'name is missing; title: a text; visibility: one of public, private',
    );
    expect(detail(() => parseBody(registerBody, { email: 'x', username: 'a b', password: 'x'.repeat(129) }))).toBe(
      'email: an email address; username: 2–32 characters of A–Z, a–z, 0–9, _, . and -; password: at most 128 characters',
    );
    expect(detail(() => parseQuery(listQuery, { limit: '0' }))).toBe('limit: at least 1');
    expect(detail(() => parseQuery(messagesQuery, { before: '1', after: '1' }))).toBe('send before or after, not both');
    expect(detail(() => parseBody(ackNotificationsBody, {}))).toBe('send ids or up_to, and not both');
  });

  it('names at most three fields in words', () => {
    const members = Array.from({ length: 100 }, () => 'x');
    expect(detail(() => parseBody(createRoomBody, { name: 'fine', members })).split('; ')).toHaveLength(3);
  });
});

describe('a path', () => {
  it('that can name no room is not found', () => {
    for (const ref of ['a', 'a.b', '\0', '..', 'x'.repeat(65)])
      expect(refusal(() => parseParam(RoomRef, ref))).toEqual(['not_found']);
    expect(parseParam(RoomRef, 'General')).toBe('general');
  });
});

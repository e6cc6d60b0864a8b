// Sending by REST: once for an id or a key, with the name of who sends.
import { randomUUID } from 'node:crypto';
import { getOwnUsers } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { deleteMessage, editMessage, listMessages, sendMessage } from '@natter/contracts/messages';
import { subjects } from '@natter/contracts/subjects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, callAs, startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
const actor = randomUUID();
const room = randomUUID();

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const call: Call = (...request) => callAs(gateway, actor)(...request);

describe('sending a message', () => {
  const stored = new Map<string, Record<string, unknown>>();
  const send = (body: object, key?: string) =>
    call('POST', 'rooms/general/messages', body, key === undefined ? {} : { 'idempotency-key': key });

  const answer = (request: Record<string, unknown>) => {
    const id = request['id'] as string;
    const known = stored.get(id);
    if (known !== undefined && known['body'] !== request['body']) throw new NatterError('id_conflict');
    stored.set(id, request);
    return { id, room, seq: 1, ts: 't', ...(known !== undefined && { dup: true }) };
  };
  beforeAll(() => gateway.services.answer(sendMessage, answer));

  it('is 201 with its place, again 200, and carries the name of its sender', async () => {
    const id = randomUUID();
    const body = { id, body: ' hi ', thread: 3, meta: { a: [1] }, sender: 'somebody' };
    expect(await send(body)).toMatchObject({ status: 201, body: { id, room, seq: 1, ts: 't' } });
    expect(await send(body)).toMatchObject({ status: 200, body: { id, dup: true } });
    expect(stored.get(id)).toEqual({
      actor,
      room: 'general',
      username: `user-${actor.slice(0, 4)}`,
      id,
      body: ' hi ',
      thread: 3,
      meta: { a: [1] },
    });
    expect(await send({ ...body, body: 'other' })).toMatchObject({ status: 409, body: { code: 'id_conflict' } });
  });

  it('with a key instead of an id is safe to repeat for ever', async () => {
    const key = randomUUID();
    const first = await send({ body: 'once' }, key);
    expect([first.status, (await send({ body: 'once' }, key)).body]).toEqual([201, { ...first.body, dup: true }]);
    expect(await send({ body: 'other' }, key)).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
  });

  it('with a key is held to one request, also where it comes with an id, in another room, or made a room', async () => {
    const key = randomUUID();
    const mismatch = { status: 422, body: { code: 'idempotency_mismatch' } };
    const body = { id: randomUUID(), body: 'one' };
    expect((await send(body, key)).status).toBe(201);
    expect(await send(body, key)).toMatchObject({ status: 200, body: { id: body.id, dup: true } });
    expect(await send({ ...body, id: randomUUID() }, key)).toMatchObject(mismatch);
    expect(await send({ body: 'one' }, key)).toMatchObject(mismatch);
    const elsewhere = { 'idempotency-key': key };
    expect(await call('POST', 'rooms/other/messages', body, elsewhere)).toMatchObject(mismatch);
    expect(await call('POST', 'rooms', { name: 'other' }, elsewhere)).toMatchObject(mismatch);
    expect((await callAs(gateway, randomUUID())('POST', 'rooms/other/messages', { body: 'x' }, elsewhere)).status).toBe(
      201,
    );
  });

  it('passes meta on as it is', async () => {
    const meta = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"keep":[{"constructor":1}]}';
    const { body } = await send({ body: 'x', meta: JSON.parse(meta) as object });
    expect(JSON.stringify(stored.get(body['id'] as string)?.['meta'])).toBe(meta);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('to what is not there names the field', async () => {
    const fields = [{ field: 'reply_to', code: 'not_found' } as const];
    const { services } = gateway;
    services.answer(sendMessage, () => {
      throw new NatterError('not_found', { detail: 'reply_to: there is no event 9 in this room', fields });
    });
    expect(await send({ body: 'x', reply_to: 9 })).toMatchObject({ status: 404, body: { errors: fields } });
    services.answer(sendMessage, answer);
  });

  it('with neither is a new message each time', async () => {
    const [first, second] = [await send({ body: 'x' }), await send({ body: 'x' })];
    expect([first.status, second.status, first.body['id'] === second.body['id']]).toEqual([201, 201, false]);
  });

  it.each([
    [{ body: '' }, 422, 'empty'],
    [{ body: 'x'.repeat(8_001) }, 422, 'too_long'],
    [{ body: 'a\u0000b' }, 422, 'invalid'],
    [{}, 400, 'bad_request'],
    [{ body: 5 }, 400, 'bad_request'],
    [{ body: 'x', id: 'no-uuid' }, 422, 'invalid'],
  ])('is refused at the edge: %#', async (body, status, code) => {
    const before = gateway.services.of(sendMessage).length;
    expect(await send(body)).toMatchObject({ status, body: { code } });
    expect(gateway.services.of(sendMessage)).toHaveLength(before);
  });

  it('carries the new name once the account has changed', async () => {
    const user = { id: actor, username: 'renamed' };
    await gateway.publish(subjects.userChanged, { user, disabled: false, version: 2 });
    const named = async () => stored.get((await send({ body: 'x' })).body['id'] as string)?.['username'];
    await expect.poll(named).toBe('renamed');
  });

  it('asks for the name once, and works without the auth-service for everybody who was here before', async () => {
    const { services } = gateway;
    const guest = randomUUID();
    const before = services.of(getOwnUsers).length;
    await callAs(gateway, guest)('GET', 'rooms');
    await expect.poll(() => services.of(getOwnUsers).length).toBe(before + 1);
    services.away(getOwnUsers);
    expect((await callAs(gateway, guest)('POST', 'rooms/general/messages', { body: 'x' })).status).toBe(201);
    const stranger = callAs(gateway, randomUUID());
    expect(await stranger('POST', 'rooms/general/messages', { body: 'x' })).toMatchObject({ status: 503 });
  });
});

describe('a message that is there', () => {
  const path = 'rooms/general/messages/7';

  it('is edited with the name of who asks, and shown as it is then', async () => {
    const message = { type: 'message', seq: 7, body: 'new', edited_at: 't' };
    gateway.services.answer(editMessage, () => message as never);
    const id = randomUUID();
    expect(await call('PATCH', path, { id, body: ' new ' })).toMatchObject({ status: 200, body: message });
    expect((await call('PATCH', path, { body: 'new' })).status).toBe(200);
    const [first, second] = gateway.services.of(editMessage) as Record<string, unknown>[];
    expect(first).toMatchObject({ actor, room: 'general', target: 7, id, body: ' new ' });
    expect(second!['id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is deleted', async () => {
    gateway.services.answer(deleteMessage, () => ({}));
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect(gateway.services.of(deleteMessage)).toMatchObject([{ actor, room: 'general', target: 7 }]);
  });

  it.each([
    ['gone', 410],
    ['forbidden', 403],
    ['not_found', 404],
    ['not_member', 403],
  ] as const)('may be %s', async (code, status) => {
    const refuse = () => {
      throw new NatterError(code);
    };
    gateway.services.answer(editMessage, refuse);
    gateway.services.answer(deleteMessage, refuse);
    expect(await call('PATCH', path, { body: 'x' })).toMatchObject({ status, body: { code } });
    expect(await call('DELETE', path)).toMatchObject({ status, body: { code } });
  });

  it.each([
    ['PATCH', path, { body: '' }, 422, 'empty'],
    ['PATCH', path, { body: 'x'.repeat(8_001) }, 422, 'too_long'],
    ['PATCH', path, {}, 400, 'bad_request'],
    ['PATCH', path, { body: 'x', id: 'x' }, 422, 'invalid'],
    ['PATCH', 'rooms/general/messages/0', { body: 'x' }, 404, 'not_found'],
    ['DELETE', 'rooms/general/messages/x', undefined, 404, 'not_found'],
    ['GET', 'rooms/general/messages?thread=0', undefined, 422, 'invalid'],
  ] as const)('is not there for %s %s %j', async (method, to, body, status, code) => {
    expect(await call(method, to, body)).toMatchObject({ status, body: { code } });
  });

  it('is listed by its thread', async () => {
    gateway.services.answer(listMessages, () => ({ items: [], last_seq: 9, more: false }));
    expect((await call('GET', 'rooms/general/messages?thread=7&limit=5')).status).toBe(200);
    expect(gateway.services.of(listMessages).at(-1)).toMatchObject({ thread: 7, limit: 5, room: 'general' });
  });
});

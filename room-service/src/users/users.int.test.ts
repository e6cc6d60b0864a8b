import { randomUUID } from 'node:crypto';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';
import { Others } from '../testing/service.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';

let database: RoomsDatabase;
let users: UserService;
const others = new Others();

beforeAll(async () => {
  database = await createRoomsDatabase();
  users = new UserService(new UserRepository(database.dataSource), others as unknown as RpcClient);
});

afterAll(() => database?.drop());

const copy = (id: string, username: string, version: number) => ({
  id,
  username,
  version,
  display_name: username,
  avatar: null,
  permissions: [],
  disabled: false,
});
const nameOf = async (id: string) => (await users.find([id])).get(id)?.username;

describe('copies of users', () => {
  it('follow the newest version, in whatever order they come, and however often', async () => {
    const id = randomUUID();
    await users.copy([copy(id, 'second', 2), copy(id, 'first', 1)]);
    await users.copy([copy(id, 'first', 1)]);
    await users.copy([copy(id, 'second', 2)]);
    expect(await nameOf(id)).toBe('second');
    await users.copy([copy(id, 'third', 3)]);
    expect(await nameOf(id)).toBe('third');
  });

  it('are asked for while they have not come, and give way to them', async () => {
    const id = others.account('early');
    expect(await nameOf(id)).toBe('early');
    await users.copy([copy(id, 'renamed', 1)]);
    expect(await nameOf(id)).toBe('renamed');
  });

  it('are found by any part of either name, whatever its case, in pages, and not when disabled', async () => {
    const mark = randomUUID().slice(0, 8);
    const people = ['Zoe', 'adam', 'Bea'].map((name) => copy(randomUUID(), `${mark}-${name}`, 1));
    const other = { ...copy(randomUUID(), `other-${mark.toUpperCase()}`, 1), display_name: `100% ÄPFEL ${mark}` };
    const gone = { ...copy(randomUUID(), `${mark}-gone`, 1), disabled: true };
    await users.copy([...people, other, gone]);
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await users.search({ q: mark, limit: 2, cursor });
      found.push(...page.items.map(({ username }) => username));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(found).toEqual([`${mark}-adam`, `${mark}-Bea`, `${mark}-Zoe`, other.username]);
    expect((await users.search({ q: `% äpfel ${mark}`, limit: 9 })).items.map(({ id }) => id)).toEqual([other.id]);
    expect((await users.search({ q: `1%${mark}`, limit: 9 })).items).toEqual([]);
  });

  it('are found without the marks on their letters, and by nothing but marks not at all', async () => {
    const mark = randomUUID().slice(0, 8);
    const person = { ...copy(randomUUID(), `${mark}-duc`, 1), display_name: `Nguyễn Văn Đức ${mark}` };
    await users.copy([person]);
    const foundBy = async (q: string) => (await users.search({ q, limit: 9 })).items.map(({ id }) => id);
    for (const q of [`nguyen van duc ${mark}`, `NGUYỄN VĂN ĐỨC ${mark}`, `${mark}-DÜC`])
      expect(await foundBy(q)).toEqual([person.id]);
    expect(await foundBy('\u0301')).toEqual([]);
  });

  it('are not known to be missing while the auth-service does not answer', async () => {
    others.away = true;
    await expect(users.find([randomUUID()])).rejects.toMatchObject({ code: 'unavailable' });
    others.away = false;
    expect((await users.find([randomUUID()])).size).toBe(0);
    await expect(users.actor(randomUUID())).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

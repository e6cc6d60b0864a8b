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

  it('are not known to be missing while the auth-service does not answer', async () => {
    others.away = true;
    await expect(users.find([randomUUID()])).rejects.toMatchObject({ code: 'unavailable' });
    others.away = false;
    expect((await users.find([randomUUID()])).size).toBe(0);
    await expect(users.actor(randomUUID())).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

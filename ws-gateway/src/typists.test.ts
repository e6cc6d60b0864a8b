import type { Bus } from '@natter/service-kit/nats';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from './connection.js';
import type { Hub } from './hub.js';
import { Typists } from './typists.js';

const inRoom = new Set<Connection>();
let typists: Typists;
const connectionOf = (user: string) => {
  const connection = { user: { id: user } } as Connection;
  inRoom.add(connection);
  return connection;
};

beforeEach(() => {
  inRoom.clear();
  const hub = { isIn: (connection: Connection) => inRoom.has(connection) } as unknown as Hub;
  typists = new Typists({ publishJson: () => undefined } as unknown as Bus, hub);
  return () => typists.onApplicationShutdown();
});

describe('typing', () => {
  it('is told when it begins, and ends 6 s after the last frame', () => {
    const ada = connectionOf('ada');
    typists.note(ada, 'r1', true, 0);
    expect(typists.changes(100)).toEqual([['r1', 'ada', true]]);
    expect(typists.changes(5_999)).toEqual([]);
    expect(typists.changes(6_000)).toEqual([['r1', 'ada', false]]);
    expect(typists.changes(9_000)).toEqual([]);
  });

  it('is told again every other second, however often it is said', () => {
    const ada = connectionOf('ada');
    const told: number[] = [];
    for (let atMs = 0; atMs < 6_000; atMs += 100) {
      typists.note(ada, 'r1', true, atMs);
      if (typists.changes(atMs).length > 0) told.push(atMs);
    }
    expect(told).toEqual([0, 2_000, 4_000]);
    expect(typists.changes(11_899)).toEqual([['r1', 'ada', true]]);
    expect(typists.changes(11_900)).toEqual([['r1', 'ada', false]]);
  });

  it('that ends before anybody was told is not told', () => {
    const ada = connectionOf('ada');
    typists.note(ada, 'r1', true, 0);
    typists.note(ada, 'r1', false, 10);
    typists.note(ada, 'r2', false, 10);
    expect(typists.changes(100)).toEqual([]);
  });

  it('ends with the socket, or when the user is no longer in the room', () => {
    const ada = connectionOf('ada');
    typists.note(ada, 'r1', true, 0);
    typists.changes(0);
    inRoom.delete(ada);
    expect(typists.changes(100)).toEqual([['r1', 'ada', false]]);
  });

  it('is of each room and user apart', () => {
    const [ada, bob] = [connectionOf('ada'), connectionOf('bob')];
    typists.note(ada, 'r1', true, 0);
    typists.note(ada, 'r2', true, 0);
    typists.note(bob, 'r1', true, 0);
    typists.note(bob, 'r1', false, 0);
    expect(typists.changes(0)).toEqual([
      ['r1', 'ada', true],
      ['r2', 'ada', true],
    ]);
  });
});

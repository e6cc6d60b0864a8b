import { randomUUID } from 'node:crypto';
import { limits } from '@natter/contracts/limits';
import type { ConnectionEntry, ConnectionsExceeded } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { expect, it } from 'vitest';
import { idsOf, stage, waitFor } from '../testing/stage.js';

const { serve, everywhere, bus, gateway } = stage();

/** All that is named from now on. */
function listen() {
  const named: string[][] = [];
  bus().onJson<ConnectionsExceeded>(subjects.connectionsExceeded, ({ connections }) => named.push(connections));
  return named;
}

async function openMany(count: number, user: string) {
  const both = [await gateway('ws-1'), await gateway('ws-2')];
  const opened: ConnectionEntry[] = [];
  for (let n = 0; n < count; n++) opened.push(await both[n % 2]!.open(user, undefined, new Date(n).toISOString()));
  return { opened, close: (place: number) => both[place % 2]!.close(opened[place]!.id) };
}

it('names the oldest of a user who has too many over all instances, by every replica, until they have gone', async () => {
  await serve();
  const named = listen();
  const user = randomUUID();
  const { opened, close } = await openMany(limits.connections + 2, user);
  const oldest = opened.slice(0, 2).map(({ id }) => id);
  await waitFor(() => expect(named.length).toBeGreaterThan(4));
  for (const ids of named.slice(-4)) expect(ids.toSorted()).toEqual(oldest.toSorted());
  await close(0);
  await close(1);
  await everywhere((service) => expect(idsOf(service, user)).toHaveLength(limits.connections));
  const heard = named.length;
  await openMany(1, randomUUID());
  await new Promise((resolve) => setTimeout(resolve, 300)); // five times what one waits before it says so again
  expect(named.length).toBeLessThanOrEqual(heard + 2);
});

it('names nobody who has as many as allowed, or whose others are of an instance that is gone', async () => {
  const named = listen();
  const user = randomUUID();
  const { opened, close } = await openMany(limits.connections, user);
  const gone = await gateway('ws-3');
  await gone.open(user);
  await gone.goodbye();
  await waitFor(async () => expect((await everywhereIds(user)).length).toBe(opened.length));
  named.length = 0;
  await close(0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(named).toEqual([]);

  async function everywhereIds(of: string): Promise<string[]> {
    let ids: string[] = [];
    await everywhere((service) => void (ids = idsOf(service, of)));
    return ids;
  }
});

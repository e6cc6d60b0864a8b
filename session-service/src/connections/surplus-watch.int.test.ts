import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '@natter/contracts/limits';
import type { ConnectionsExceeded } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { expect, it } from 'vitest';
import type { ModelGateway } from '../testing/model-gateway.js';
import { idsOf, stage, waitFor } from '../testing/stage.js';
import { shortTimings } from '../testing/start-service.js';

const { services, serve, everywhere, bus, gateway } = stage();
/** Five times what one waits before it says so again. */
const aWhile = 300;

/** All that is named from now on. */
function listen() {
  const named: string[][] = [];
  bus().onJson<ConnectionsExceeded>(subjects.connectionsExceeded, ({ connections }) => named.push(connections));
  return named;
}

let opened = 0;
async function open(at: ModelGateway, user: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await at.open(user, undefined, new Date(opened++).toISOString())).id);
  return ids;
}

it('names the oldest of a user who has too many over all instances, by every replica, until they have gone', async () => {
  await serve();
  const named = listen();
  const [first, second] = [await gateway('ws-1'), await gateway('ws-2')];
  const user = randomUUID();
  const ids = [...(await open(first, user, 12)), ...(await open(second, user, limits.connections - 10))];
  const oldest = ids.slice(0, 2).sort();
  await waitFor(() => expect(named.length).toBeGreaterThan(4));
  for (const surplus of named.slice(-4)) expect(surplus.toSorted()).toEqual(oldest);
  for (const id of oldest) await first.close(id);
  await everywhere((service) => expect(idsOf(service, user)).toHaveLength(limits.connections));
  await sleep(aWhile);
  named.length = 0;
  await sleep(aWhile);
  expect(named).toEqual([]);
});

it('counts none of an instance that died, whose users come back elsewhere', async () => {
  await services.shift()?.stop();
  await serve({ ...shortTimings, leaseTtlMs: 60_000 }); // however long the rest takes, the dead one's entries are there
  const [dead, alive] = [await gateway('ws-1'), await gateway('ws-2')];
  const named = listen();
  const user = randomUUID();
  const [oldest] = await open(alive, user, 10);
  await open(dead, user, 10);
  dead.kill();
  await open(alive, user, 10);
  await everywhere((service) => expect(idsOf(service, user)).toHaveLength(30));
  await sleep(aWhile);
  expect(named).toEqual([]);
  await open(alive, user, 1);
  await waitFor(() => expect(named.at(-1)).toEqual([oldest]));
});

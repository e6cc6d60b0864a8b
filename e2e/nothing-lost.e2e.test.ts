// The big run (P1–P7, P12): many clients on both gateways whose connections break at any byte, while a gateway,
// the room-service, the session-service and the bus are killed. Afterwards nothing may be wrong at all.
import { expect, it } from 'vitest';
import type { OpenOptions } from './harness/raw-socket.js';
import { chosenSeed, type Seeded, seeded } from './harness/seeded.js';
import { Talk } from './harness/talk.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const PEOPLE = 24;
const ROOMS = 6;
const SENDS = 5_000;
/** In the order of their deaths, one each time another sixth of the sends is answered. */
const VICTIMS = ['ws-1', 'room-1', 'session-1', 'nats', 'ws-2'];

const natter = await useSystem();

it('loses, doubles and reorders nothing while connections break and parts die', async () => {
  const random = seeded(chosenSeed());
  console.log(`nothing-lost: NATTER_SEED=${random.seed} repeats where the connections of this run break`);
  // A stream for each client: what one draws does not hang on how fast the others are.
  const lots = Array.from({ length: PEOPLE }, (_, client) => seeded(random.seed + client + 1));
  const lotOf = (client: number): Seeded => lots[client] ?? random;
  const doors = [natter.socketUrl(0), natter.socketUrl(1), natter.frontUrl];
  /** Most connections break: early (in the upgrade) or late, while sending or while hearing. */
  const weather = (client: number): OpenOptions['cut'] => {
    const lot = lotOf(client);
    if (isOver || lot.chance(0.2)) return undefined;
    return lot.chance(0.5)
      ? { direction: 'out', bytes: lot.between(1, 20_000) }
      : { direction: 'in', bytes: lot.between(1, 300_000) };
  };
  let isOver = false;
  const door = (client: number): string => lotOf(client).pick(doors);
  const talk = await Talk.begin({
    system: natter,
    random,
    people: PEOPLE,
    rooms: ROOMS,
    door,
    weather,
    waitFactor: 0.1,
  });

  const kill = async (): Promise<void> => {
    for (const [index, victim] of VICTIMS.entries()) {
      const due = ((index + 1) * SENDS) / (VICTIMS.length + 1);
      await until(`${due} sends are answered`, () => talk.answered >= due, 120_000);
      await natter.crash(victim);
    }
  };
  await Promise.all([talk.say(SENDS), kill()]);
  isOver = true;
  await talk.say(100); // when all is healed, and nothing breaks any more

  const findings = await talk.findings();
  const breaks = talk.clients.reduce((sum, client) => sum + client.connections - 1, 0);
  const received = talk.history.count('received');
  const repeats = talk.history.facts.filter((fact) => fact.kind === 'acked' && fact.dup).length;
  console.log(
    `nothing-lost: ${talk.answered} acked, ${repeats} of repeats, ${received} events received, ${breaks} reconnects`,
  );
  expect(findings).toEqual([]);
  expect(talk.answered).toBeGreaterThanOrEqual(SENDS);
  expect(breaks).toBeGreaterThan(PEOPLE);
  await talk.end();
});

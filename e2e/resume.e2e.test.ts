// Coming back: the four scenarios that everything about reconnecting rests on (P5, P15).
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { seeded } from './harness/seeded.js';
import { Talk } from './harness/talk.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

// Pings come often, so that a silent client is noticed soon.
const natter = await useSystem({ env: { HEARTBEAT_MS: '2000' } });
const random = seeded(1);

interface Connections {
  items: { current: boolean; connections: { id: string; gateway: string }[] }[];
}

/** Where somebody is connected, as the registry has it. */
const connectionsOf = async (person: Person): Promise<{ id: string; gateway: string }[]> => {
  const { body } = await person.api.get<Connections>('/api/auth/sessions');
  return body.items.flatMap(({ connections }) => connections);
};

/** Somebody who hears a few messages, is cut off, misses more, and comes back to a gateway. */
async function comeBackTo(gateway: number): Promise<void> {
  const [writer, reader] = await Person.several(natter, ['writer', 'reader']);
  const { id: room } = await writer.createRoom();
  await reader.join(room);
  const [speaking, listening] = [await writer.connect(1), await reader.connect(0)];
  const say = async (count: number): Promise<number> => {
    for (let n = 0; n < count; n += 1) await speaking.say(room, `m${n}`);
    return speaking.all('ack').at(-1)?.seq ?? 0;
  };
  const heardTo = await say(5);
  await until('five are heard', () => listening.events(room).at(-1)?.seq === heardTo);
  listening.cut();
  await say(20);
  const back = await reader.connect(gateway, { [room]: heardTo });
  const last = await say(5);
  await until('all are heard', () => back.events(room).at(-1)?.seq === last);
  const seqs = back.events(room).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 25 }, (_, index) => heardTo + 1 + index));
  expect(back.all('ready')[0]?.gateway).toBe(`ws-${gateway + 1}`);
  speaking.close();
  back.close();
}

describe('resuming', () => {
  it('a client returns to the same gateway and gets exactly what it missed', () => comeBackTo(0));

  it('a client returns to the other gateway and gets exactly what it missed', () => comeBackTo(1));

  it('a gateway dies and all its clients move to the other one, missing nothing', async () => {
    let isDown = false;
    const door = (): string => natter.socketUrl(isDown ? 1 : 0);
    const talk = await Talk.begin({ system: natter, random, people: 8, rooms: 3, door });
    const crash = async (): Promise<void> => {
      await until('there is talk', () => talk.answered > 100);
      isDown = true;
      await natter.stack.kill('ws-1', 'SIGKILL');
    };
    await Promise.all([talk.say(600), crash()]);
    expect(await talk.findings()).toEqual([]);
    expect(talk.clients.every(({ socket }) => socket?.all('ready')[0]?.gateway === 'ws-2')).toBe(true);
    for (const person of talk.people) {
      await until(
        'the registry knows',
        async () => {
          const connections = await connectionsOf(person);
          return connections.length === 1 && connections[0]?.gateway === 'ws-2';
        },
        60_000,
        500,
      );
    }
    await talk.end();
    await natter.stack.whenReady('ws-1');
  });

  it('a client dies silently and the server notices: it leaves the registry, and what it missed waits for it', async () => {
    const [writer, silent] = await Person.several(natter, ['writer', 'silent']);
    const { id: room } = await writer.createRoom();
    await silent.join(room);
    const [speaking, dying] = [await writer.connect(1), await silent.connect(0)];
    await until('it is registered', async () => (await connectionsOf(silent)).length === 1);
    const position = dying.all('ready')[0]?.rooms[0]?.last_seq ?? 0;
    dying.fallSilent();
    const ack = await speaking.say(room, 'are you there?');
    await until('it is gone from the registry', async () => (await connectionsOf(silent)).length === 0, 90_000, 500);
    const back = await silent.connect(1, { [room]: position });
    expect(await back.next('message')).toMatchObject({ id: ack.id, seq: position + 1 });
    speaking.close();
    back.close();
    dying.cut();
  });

  it('a client that hears but answers no ping is let go with 4408', async () => {
    const dull = await Person.register(natter, 'dull');
    const [socket, awake] = [await dull.open(0, { answersPings: false }), await dull.connect(1)];
    expect((await socket.hello()).heartbeat_ms).toBe(2_000);
    expect((await socket.end()).code).toBe(4408);
    expect([socket.pings, awake.isOpen]).toEqual([2, true]);
    awake.close();
  });
});

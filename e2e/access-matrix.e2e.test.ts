// Everybody tries everything: each call of REST, each frame and each door for sockets, by each of thirteen people, on rooms of each kind.
// How it must be answered says one rule (`access/rule`); an answer to somebody who may not know of a thing must be, byte for byte, the
// one for what does not exist, and no answer may show anybody what they may not see (P9, P13, P14, P20).
import type { LogEvent } from '@natter/contracts/events';
import { clientFrames } from '@natter/contracts/frames';
import { errorCatalogue } from '@natter/contracts/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asked, expected, isRefused, leaks } from './access/ask.js';
import { answerTo, doors, frames, knocked, said } from './access/frames.js';
import { calls, kindsOf, routeOf } from './access/requests.js';
import { type ActorName, actorNames, isStopped, type Kind, kinds, placeOf, refusalOf } from './access/rule.js';
import { type Scene, Stage, stageSettings } from './access/stage.js';
import { DocumentedAnswers } from './harness/documented.js';
import { readRoutes } from './harness/gateway-routes.js';
import { RawSocket } from './harness/raw-socket.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem({ env: stageSettings });
const documented = await DocumentedAnswers.read(natter.api);
const stage = await Stage.set(natter);
afterAll(() => stage.clear());

type Table = Partial<Record<ActorName, string>>;
let pairs = 0;
/** Answers that none of these calls should get, or that are not as /api/docs describes them. */
const faults = new Set<string>();

/** First what is refused, then what is done: where that spoils the scene, each on a scene of its own. */
async function each(
  kind: Kind,
  isDone: (name: ActorName) => boolean,
  spoils: boolean,
  names: readonly ActorName[],
  attempt: (name: ActorName, scene: Scene) => Promise<string>,
): Promise<Table> {
  const seen: Table = {};
  const scene = stage.scenes[kind];
  const refused = names.filter((name) => !isDone(name));
  await Promise.all(refused.map(async (name) => (seen[name] = await attempt(name, scene))));
  const sceneFor = async (name: ActorName): Promise<Scene> =>
    spoils && kind !== 'talk' ? stage.room(kind, name) : scene;
  await Promise.all(names.filter(isDone).map(async (name) => (seen[name] = await attempt(name, await sceneFor(name)))));
  pairs += names.length;
  return seen;
}

const wanted = (names: readonly ActorName[], word: (name: ActorName) => string): Table =>
  Object.fromEntries(names.map((name) => [name, word(name)]));

describe('the table', () => {
  it('has every route of the gateway and no other', async () => {
    const routes = (await readRoutes()).map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(Object.keys(calls).map(routeOf))].sort()).toEqual(routes.sort());
  });

  it('has every frame of the contract and no other', () => {
    expect(Object.keys(frames)).toEqual(Object.keys(clientFrames));
  });
});

describe('by REST', () => {
  const rows = Object.entries(calls).flatMap(([key, call]) => kindsOf(key, call).map((kind) => [key, kind] as const));

  it.each(rows)('%s, %s', async (key, kind) => {
    const call = calls[key]!;
    const scene = stage.scenes[kind];
    const attempt = (name: ActorName, where: Scene): Promise<string> =>
      asked(key, call, name, where, stage, (_, answer) => {
        if (answer.status >= 500) faults.add(`${key}: ${answer.status} ${answer.text}`);
        const wrong = documented.wrongWith(routeOf(key), answer);
        if (wrong !== undefined) faults.add(wrong);
      });
    const seen = await each(kind, (name) => !isRefused(call, name, scene), call.spoils === true, actorNames, attempt);
    expect(seen).toEqual(wanted(actorNames, (name) => expected(call, name, scene)));
  });
});

describe('at the doors for sockets', () => {
  const gateways = [natter.socketUrl(0), natter.socketUrl(1), natter.frontUrl];
  const rows = Object.entries(doors).flatMap(([door, { on }]) => on.map((kind) => [door, kind] as const));

  it.each(rows)('%s, %s', async (door, kind) => {
    const { needs, spoils = false } = doors[door]!;
    const refusal = (name: ActorName) => refusalOf(needs, name, kind);
    const isDone = (name: ActorName): boolean => refusal(name) === undefined;
    const seen = await each(kind, isDone, spoils, actorNames, (name, scene) =>
      knocked(door, name, scene, stage, gateways[actorNames.indexOf(name) % gateways.length]!),
    );
    const word = (name: ActorName): string => {
      const code = refusal(name);
      return code === undefined ? '101' : `${errorCatalogue[code].httpStatus} ${code}`;
    };
    expect(seen).toEqual(wanted(actorNames, word));
  });
});

describe('on a socket', () => {
  const present = actorNames.filter((name) => !isStopped(name));
  const sockets = new Map<ActorName, RawSocket>();
  const open = async (name: ActorName): Promise<RawSocket> => {
    const door = present.indexOf(name) % 2;
    return RawSocket.open(natter.socketUrl(door), { token: stage.token(name)! });
  };
  const rows = Object.entries(frames).flatMap(([type, { on = kinds }]) => on.map((kind) => [type, kind] as const));

  beforeAll(async () => {
    for (const name of present) {
      const socket = await open(name);
      await socket.hello();
      sockets.set(name, socket);
    }
  });
  afterAll(() => sockets.forEach((socket) => socket.close()));

  it.each(rows)('%s, %s', async (type, kind) => {
    const frame = frames[type]!;
    const isDone = (name: ActorName): boolean => refusalOf(frame.needs, name, kind) === undefined;
    const seen = await each(kind, isDone, frame.spoils === true, present, async (name, scene) => {
      const socket = type === 'hello' ? await open(name) : sockets.get(name)!;
      try {
        return await said(type, frame, name, scene, stage, socket);
      } finally {
        if (type === 'hello') socket.close();
      }
    });
    expect(seen).toEqual(wanted(present, (name) => answerTo(frame, name, stage.scenes[kind])));
  });

  it('nothing came meanwhile that was not for them', () => {
    const heard = [...sockets].map(([name, { texts }]) => [
      name,
      leaks(texts.join('\n'), name, Object.values(stage.scenes)),
    ]);
    expect(Object.fromEntries(heard)).toEqual(wanted(present, () => ''));
    // The silence is theirs alone: members heard it.
    expect(sockets.get('owner')?.texts.join('\n')).toContain(stage.scenes.hidden.secrets.words);
  });
});

describe('afterwards', () => {
  it.each(kinds)('the log of the %s one has nothing by anybody who is not in it', async (kind) => {
    const { room } = stage.scenes[kind];
    const inside = new Set(actorNames.filter((name) => placeOf(name, kind) !== null).map((name) => stage.id(name)));
    const by: string[] = [];
    for (let after = 0, more = true; more; ) {
      const { body } = await stage
        .as('owner')
        .get<{ items: LogEvent[]; more: boolean }>(`/api/rooms/${room}/events?after=${after}&limit=100`);
      for (const event of body.items)
        if (event.type !== 'member') by.push(event.type === 'message' ? event.sender.id : event.by.id);
      after = body.items.at(-1)?.seq ?? after;
      ({ more } = body);
    }
    expect(by.length).toBeGreaterThan(3);
    expect(by.filter((id) => !inside.has(id))).toEqual([]);
  });

  it('it was more than a thousand pairs, each answered as /api/docs describes it, and no fault of ours among them', () => {
    expect([...faults]).toEqual([]);
    expect(pairs).toBeGreaterThan(1_000);
  });
});

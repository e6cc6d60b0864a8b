// A seed has to mean the same on every machine; and what is drawn has to be both: nearly right, and wrong in every way.
import { createHash } from 'node:crypto';
import { clientFrames } from '@natter/contracts/frames';
import { describe, expect, it } from 'vitest';
import { abuse, abuseNames } from './abuse.js';
import { type FrameBatch, frameBatch } from './frames.js';
import { lotOf } from './lots.js';
import { requestBatch, type RequestInput } from './requests.js';
import { readRoutes, type Route } from '../harness/gateway-routes.js';
import { Pairs, Raw, write } from './tree.js';
import { type Cast, wordsOf } from './words.js';

const id = (digit: number): string => `${digit}1111111-1111-4111-8111-111111111111`;
const cast: Cast = {
  rooms: [0, 1, 2].map((n) => ({ id: id(n), name: `room-${n}`, owner: n })),
  people: [3, 4].map((n) => ({ user: id(n), username: `person-${n}`, session: id(n + 2) })),
  messageIds: [id(7), id(8)],
  deletedRoom: id(9),
};
const wordsFor = (face: number) => wordsOf(cast, face % 3);
const speaker = { token: 'a.b.c', refreshToken: 'r', address: '192.0.2.1' };
const frames = (seed: number, count: number): FrameBatch[] =>
  Array.from({ length: count }, (_, n) => frameBatch(lotOf(seed, 'frames', n), wordsFor));
const requests = (seed: number, count: number, routes: readonly Route[]): RequestInput[] =>
  Array.from({ length: count }, (_, n) =>
    requestBatch(lotOf(seed, 'requests', n), routes, wordsFor(n), speaker),
  ).flat();
const digest = (parts: readonly Buffer[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

describe('frames', () => {
  const inputs = frames(1, 300).flatMap((batch) => batch.inputs);
  const parsed = inputs.flatMap(({ data }) => {
    try {
      return [JSON.parse(data.toString()) as unknown];
    } catch {
      return [];
    }
  });

  it('of one seed are the same, byte for byte, and of another are others', () => {
    const of = (seed: number): string =>
      digest(frames(seed, 50).flatMap((batch) => batch.inputs.map(({ data }) => data)));
    expect(of(7)).toBe(of(7));
    expect(of(7)).not.toBe(of(8));
  });

  it('are right for some, of every type the contract has', () => {
    for (const [type, schema] of Object.entries(clientFrames))
      expect(
        parsed.some((frame) => schema.safeParse(frame).success),
        type,
      ).toBe(true);
  });

  it('are wrong in every way', () => {
    const all = inputs.map(({ data }) => data.toString('latin1'));
    const isRight = (frame: unknown): boolean =>
      Object.values(clientFrames).some((schema) => schema.safeParse(frame).success);
    const wrong = parsed.filter((frame) => !isRight(frame)).length;
    expect(wrong / inputs.length).toBeGreaterThan(0.25);
    expect((inputs.length - parsed.length) / inputs.length).toBeGreaterThan(0.05);
    expect(inputs.some(({ isBinary }) => isBinary)).toBe(true);
    expect(inputs.some(({ data }) => data.length > 65_536)).toBe(true);
    expect(inputs.some(({ data }) => data.length === 65_536)).toBe(true);
    for (const sign of ['"__proto__"', '"constructor"', '\\u0000', '\\ud800', '1e309', '[[[[[[[[[[[[[[[[['])
      expect(
        all.some((text) => text.includes(sign)),
        sign,
      ).toBe(true);
    expect(
      all.some((text) => /"(\w+)":[^,]*,.*"\1":/.test(text)),
      'a key that comes twice',
    ).toBe(true);
  });
});

describe('requests', async () => {
  const routes = await readRoutes();
  const inputs = requests(1, 300, routes);

  it('go to every route of the gateway, read from the gateway', () => {
    expect(routes.length).toBeGreaterThan(20);
    expect(routes).toContainEqual(expect.objectContaining({ method: 'PATCH', path: '/api/rooms/:room' }));
    expect(routes.find(({ method, path }) => method === 'POST' && path === '/api/rooms')?.body).toBeDefined();
    expect(routes.find(({ path }) => path === '/api/search/rooms')?.query).toBeDefined();
    const reached = new Set(inputs.map(({ route }) => route));
    for (const { method, path } of routes) expect(reached).toContain(`${method} ${path}`);
  });

  it('of one seed are the same, byte for byte', () => {
    const of = (seed: number): string => digest(requests(seed, 30, routes).map(({ data }) => data));
    expect(of(7)).toBe(of(7));
    expect(of(7)).not.toBe(of(8));
  });

  it('are framed as HTTP has it, so that each must be answered', () => {
    for (const { data, method } of inputs) {
      const text = data.toString('latin1');
      const [head = ''] = text.split('\r\n\r\n', 1);
      const body = text.slice(head.length + 4);
      const [first = '', ...lines] = head.split('\r\n');
      expect(first).toMatch(/^[A-Z-]+ [\x21-\x7e]+ HTTP\/1\.1$/);
      expect(first.startsWith(`${method} `)).toBe(true);
      for (const line of lines) expect(line).toMatch(/^[\w-]+: ?[\x20-\x7e\x80-\xff]*$/);
      const length = /^content-length: (\d+)$/im.exec(head)?.[1];
      if (length !== undefined) expect(body.length).toBe(Number(length));
      else if (/^transfer-encoding: chunked$/im.test(head)) expect(body.endsWith('0\r\n\r\n')).toBe(true);
      else expect(body).toBe('');
    }
  });
});

describe('abuse', () => {
  it('of one seed is the same, and all kinds are drawn', () => {
    const drawn = Array.from({ length: 1_500 }, (_, n) => abuse(lotOf(3, 'abuse', n), { token: 'a.b.c', room: id(0) }));
    const again = abuse(lotOf(3, 'abuse', 5), { token: 'a.b.c', room: id(0) });
    expect(digest(again.pieces)).toBe(digest(drawn[5]?.pieces ?? []));
    expect(new Set(drawn.map(({ name }) => name))).toEqual(new Set(abuseNames));
  });
});

it('a tree is written as it stands', () => {
  const tree = new Pairs([
    ['a', 1],
    ['a', [true, null, new Raw('1e999')]],
    ['__proto__', '\ud800'],
  ]);
  expect(write(tree)).toBe('{"a":1,"a":[true,null,1e999],"__proto__":"\\ud800"}');
});

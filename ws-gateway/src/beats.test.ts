import type { LogBeat } from '@natter/contracts/rooms';
import type { Bus } from '@natter/service-kit/nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Beats } from './beats.js';
import type { Hub, HubListener } from './hub.js';
import type { Memberships } from './memberships.js';
import { silentLogger } from './testing/fakes.js';

let beats: Beats;
let sweeps: number;
let hints: string[];
let heads: [string, number][];
let roomOpened: (room: string) => void;

beforeEach(() => {
  vi.useFakeTimers();
  [sweeps, hints, heads] = [0, [], []];
  const hub = {
    users: new Map([['u', {}]]),
    feeds: { get: (room: string) => ({ noteHead: (seq: number) => heads.push([room, seq]) }) },
    deleted: (room: string) => hints.push(`deleted ${room}`),
    listen: (listener: HubListener) => (roomOpened = (room) => listener.roomChanged?.(room)),
  };
  const memberships = {
    sweep: () => sweeps++,
    hint: (user: string, room: string) => hints.push(`${user} ${room}`),
  };
  const bus = { onJson: () => undefined };
  beats = new Beats(bus as unknown as Bus, hub as unknown as Hub, memberships as unknown as Memberships, silentLogger);
});
afterEach(() => {
  beats.onApplicationShutdown();
  vi.useRealTimers();
});

const beat = (n: number, more: Partial<LogBeat> = {}) =>
  beats.hear({ replica: 'r', incarnation: 'i', n, heads: [], members: [], deleted: [], ...more }, performance.now());

describe('Beats', () => {
  it('loses nothing by one lost beat, and reads all again after two', () => {
    beat(1);
    beat(2);
    beat(4);
    expect(sweeps).toBe(0);
    beat(7);
    expect(sweeps).toBe(1);
  });

  it('reads all again after a new start, a late first beat, and a silence', async () => {
    beat(1);
    beat(1, { incarnation: 'j' });
    expect(sweeps).toBe(1);
    beat(9, { replica: 's' });
    expect(sweeps).toBe(2);
    await vi.advanceTimersByTimeAsync(3_600);
    expect(sweeps).toBe(4);
  });

  it('knows for 3 s that somebody is there', async () => {
    expect(beats.isHeard).toBe(false);
    beat(1);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(beats.isHeard).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(beats.isHeard).toBe(false);
  });

  it('passes on heads, deletions, and each member once though two beats name them', () => {
    beat(1, { heads: [['a', 5]], members: [['u', 'a']], deleted: ['b'] });
    beat(2, { heads: [['a', 5]], members: [['u', 'a']] });
    expect(heads).toEqual([
      ['a', 5],
      ['a', 5],
    ]);
    expect(hints).toEqual(['u a', 'deleted b']);
  });

  it('reminds a room that is opened of a head told before, for some time', async () => {
    beat(1, { heads: [['a', 5]] });
    await vi.advanceTimersByTimeAsync(9_000);
    heads = [];
    roomOpened('a');
    expect(heads).toEqual([['a', 5]]);
    await vi.advanceTimersByTimeAsync(20_000);
    heads = [];
    roomOpened('a');
    expect(heads).toEqual([['a', 0]]);
  });
});

import { ManualClock } from '@natter/client/testing/manual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { Attention, hiddenMs, idleMs } from './attention.js';

let clock: ManualClock;
let told: string[];
let attention: Attention;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  attention = new Attention(clock, (status) => told.push(status));
});

describe('who sits before the page', () => {
  it('is away when nothing was touched for five minutes, and back with the next key', async () => {
    await clock.advance(idleMs - 1);
    attention.touched();
    await clock.advance(idleMs - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['away']);
    attention.touched();
    expect(told).toEqual(['away', 'online']);
    await clock.advance(idleMs);
    expect(told).toEqual(['away', 'online', 'away']);
  });

  it('is away when the page has been out of sight for a minute, whatever is touched', async () => {
    attention.seen(false);
    attention.touched();
    await clock.advance(hiddenMs - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    attention.touched();
    expect(told).toEqual(['away']);
    attention.seen(true);
    expect(told).toEqual(['away', 'online']);
  });

  it('is there when the page was out of sight for a moment only', async () => {
    attention.seen(false);
    await clock.advance(hiddenMs - 1);
    attention.seen(true);
    await clock.advance(idleMs - 1);
    expect(told).toEqual([]);
  });

  it('is not waited for once it is over', async () => {
    attention.stop();
    await clock.advance(idleMs * 2);
    expect([told, clock.waiting]).toEqual([[], 0]);
  });
});

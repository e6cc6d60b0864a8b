import type { TypingFrame } from '@natter/contracts/frames';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from './testing/manual-clock.js';
import { Typing } from './typing.js';

let clock: ManualClock;
let sent: boolean[];
let changes: string[];
let typing: Typing;

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  changes = [];
  typing = new Typing({
    clock,
    send: ({ on }: TypingFrame) => sent.push(on) > 0,
    onChange: ({ room, user, on }) => changes.push(`${room} ${user} ${on}`),
  });
});

describe('one’s own typing', () => {
  it('is said at once, and again only when half of its time is over', async () => {
    for (let key = 0; key < 65; key++) {
      typing.say('r1', true);
      await clock.advance(100);
    }
    expect(sent).toEqual([true, true, true]);
  });

  it('is ended when it was said, and not when it has ended by itself', async () => {
    typing.say('r1', false);
    typing.say('r1', true);
    typing.say('r1', false);
    typing.say('r1', false);
    typing.say('r1', true);
    await clock.advance(6_001);
    typing.say('r1', false);
    expect(sent).toEqual([true, false, true]);
  });

  it('is of each room apart', () => {
    typing.say('r1', true);
    typing.say('r2', true);
    expect(sent).toEqual([true, true]);
  });
});

describe('others’ typing', () => {
  it('begins once, and ends 6 s after it was last heard of', async () => {
    typing.hear({ room: 'r1', user: 'ada', on: true });
    await clock.advance(5_000);
    typing.hear({ room: 'r1', user: 'ada', on: true });
    typing.hear({ room: 'r1', user: 'bob', on: true });
    expect(typing.in('r1')).toEqual(['ada', 'bob']);
    await clock.advance(5_999);
    expect(changes).toEqual(['r1 ada true', 'r1 bob true']);
    await clock.advance(1);
    expect(changes.slice(2)).toEqual(['r1 ada false', 'r1 bob false']);
    expect([typing.in('r1'), clock.waiting]).toEqual([[], 0]);
  });

  it('ends when they say so, once', () => {
    typing.hear({ room: 'r1', user: 'ada', on: true });
    typing.hear({ room: 'r1', user: 'ada', on: false });
    typing.hear({ room: 'r1', user: 'ada', on: false });
    expect(changes).toEqual(['r1 ada true', 'r1 ada false']);
  });

  it('ends with the connection', () => {
    typing.hear({ room: 'r1', user: 'ada', on: true });
    typing.hear({ room: 'r2', user: 'bob', on: true });
    typing.stop('r1');
    expect(changes.splice(2)).toEqual(['r1 ada false']);
    typing.stop();
    expect(changes.splice(2)).toEqual(['r2 bob false']);
    expect(clock.waiting).toBe(0);
  });
});

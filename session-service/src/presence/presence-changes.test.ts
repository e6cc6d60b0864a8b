import type { PresenceStatus } from '@natter/contracts/events';
import { beforeEach, describe, expect, it } from 'vitest';
import { PresenceChanges } from './presence-changes.js';
import { VisibleStatus } from './visible-status.js';

let nowMs: number;
let statuses: Map<string, PresenceStatus>;
let visible: VisibleStatus;
let changes: PresenceChanges;

const become = (user: string, status: PresenceStatus) => {
  statuses.set(user, status);
  changes.note(user);
};
/** Tells all that is due. */
const tell = (most = 100): string[] =>
  changes.due(most).map((change) => {
    changes.done(change);
    return `${change.user} ${change.status}`;
  });

beforeEach(() => {
  nowMs = 0;
  statuses = new Map();
  const now = () => nowMs;
  visible = new VisibleStatus((user) => statuses.get(user) ?? 'offline', now, 100);
  changes = new PresenceChanges(visible, now, { calmMs: 10, keepMs: 1_000 });
});

describe('changes of presence', () => {
  it('are told once each, the oldest first, so many at a time', () => {
    for (const user of ['ada', 'bob', 'cy']) become(user, 'online');
    expect(tell(2)).toEqual(['ada online', 'bob online']);
    become('ada', 'online');
    expect(tell(2)).toEqual(['cy online']);
    expect(tell()).toEqual([]);
    expect(changes.size).toBe(0);
  });

  it('are none when somebody goes and comes back before others were told', () => {
    become('ada', 'online');
    tell();
    become('ada', 'offline');
    nowMs = 99;
    expect(tell()).toEqual([]);
    expect(visible.of('ada')).toBe('online');
    become('ada', 'online');
    nowMs = 1_000;
    expect(tell()).toEqual([]);
    expect(changes.size).toBe(0);
  });

  it('say that somebody has gone when they had time enough to come back', () => {
    become('ada', 'online');
    tell();
    become('ada', 'offline');
    nowMs = 100;
    expect(visible.of('ada')).toBe('offline');
    expect(tell()).toEqual(['ada offline']);
    expect(changes.size).toBe(0);
  });

  it('are told even when all is as before, if somebody could see it otherwise in between', () => {
    become('ada', 'online');
    tell();
    become('ada', 'offline');
    nowMs = 100;
    expect(visible.of('ada')).toBe('offline');
    become('ada', 'online');
    expect(tell()).toEqual(['ada online']);
    nowMs = 200;
    become('ada', 'away');
    become('ada', 'online');
    expect(tell()).toEqual(['ada online']);
    expect(changes.size).toBe(0);
  });

  it('show who was away before they went as away until they have gone', () => {
    become('ada', 'away');
    tell();
    become('ada', 'offline');
    nowMs = 99;
    expect(visible.of('ada')).toBe('away');
    nowMs = 100;
    expect(tell()).toEqual(['ada offline']);
  });

  it('of one user come no faster than others may hear of them', () => {
    become('ada', 'online');
    tell();
    become('ada', 'away');
    nowMs = 9;
    expect(tell()).toEqual([]);
    become('ada', 'online');
    become('ada', 'away');
    nowMs = 10;
    expect(tell()).toEqual(['ada away']);
  });

  it('that happen while they are being told are told after it', () => {
    become('ada', 'online');
    const [change] = changes.due(1);
    become('ada', 'away');
    changes.done(change!);
    nowMs = 10;
    expect(tell()).toEqual(['ada away']);
  });

  it('that were not told are told later', () => {
    become('ada', 'online');
    changes.due(1);
    expect(tell()).toEqual(['ada online']);
  });

  it('are left to another replica, and remembered for as long as it may fail', () => {
    become('ada', 'online');
    nowMs = 500;
    become('bob', 'online');
    nowMs = 1_000;
    changes.settleOld();
    expect(tell()).toEqual(['bob online']);
    become('cy', 'online');
    changes.settle();
    expect(tell()).toEqual([]);
    become('ada', 'offline');
    nowMs = 2_000;
    expect(tell()).toEqual(['ada offline']);
  });
});

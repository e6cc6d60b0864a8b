import type { LogEvent, RoomView } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { afterEvent, afterRead } from './room-counts.js';
import { applyEvent, emptyLog, type RoomLog } from './room-log.js';
import { ManualClock } from './testing/manual-clock.js';
import { ModelServer } from './testing/model-server.js';

/** A room in which Bob says these, of which some name me; and its log. */
function room(bodies: string[]) {
  const server = new ModelServer({ clock: new ManualClock() });
  let log: RoomLog = { ...emptyLog, status: 'ready', hasOlder: false };
  let view: RoomView = server.view('room-1');
  const hear = (event: LogEvent, isHeld = true) => {
    log = applyEvent(log, event);
    view = afterEvent(view, event, 'me', isHeld ? log : undefined);
  };
  for (const body of bodies) {
    const mentions = body.includes('@me') ? ['me'] : [];
    hear(server.append('room-1', body, undefined, undefined, { mentions }));
  }
  const counts = ({ unread, mentions }: RoomView = view) => ({ unread, mentions });
  return { server, hear, counts, view: () => view, log: () => log };
}

describe('the counts of a room', () => {
  it('follow edits and deletions where the log is held, and wait where it is not', () => {
    const { server, hear, counts } = room(['@me one', 'two', '@me three']);
    expect(counts()).toEqual({ unread: 3, mentions: 2 });
    hear(server.change('room-1', { type: 'edited', target: 1, body: 'one', mentions: [] }));
    expect(counts()).toEqual({ unread: 3, mentions: 1 });
    hear(server.change('room-1', { type: 'deleted', target: 3 }));
    expect(counts()).toEqual({ unread: 2, mentions: 0 });
    hear(server.change('room-1', { type: 'deleted', target: 2 }), false);
    expect(counts()).toEqual({ unread: 2, mentions: 0 });
  });

  it('are exact after reading as far as the log reaches, and never too small beyond', () => {
    const { counts, view, log } = room(['@me one', 'two', '@me three']);
    expect(counts(afterRead(view(), log(), 1, 'me'))).toEqual({ unread: 2, mentions: 1 });
    expect(counts(afterRead(view(), undefined, 2, 'me'))).toEqual({ unread: 1, mentions: 1 });
    expect(counts(afterRead(view(), undefined, 3, 'me'))).toEqual({ unread: 0, mentions: 0 });
  });
});

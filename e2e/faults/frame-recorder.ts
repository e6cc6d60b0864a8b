// Writes down what goes over the sockets of a client that is not ours to change (the SDK): its frames, and nothing of
// what it makes of them.
import type { ClientFrame, ServerFrame, StoringFrame } from '@natter/contracts/frames';
import { asked, type History, seen } from '../harness/history.js';

/** One connection of one client. */
export class FrameRecorder {
  #asked: Readonly<Record<string, number>> = {};

  constructor(
    private readonly history: History,
    readonly connection: string,
  ) {}

  sent(frame: ClientFrame): void {
    const { history, connection } = this;
    if (frame.type === 'hello') this.#asked = frame.rooms ?? {};
    if (isStoring(frame)) history.record(asked(connection, frame));
    if (frame.type !== 'sync') return;
    for (const [room, seq] of Object.entries(frame.rooms)) history.record({ kind: 'syncing', connection, room, seq });
  }

  received(frame: ServerFrame): void {
    const { history, connection } = this;
    switch (frame.type) {
      case 'ready':
        for (const { id: room, last_seq: last } of frame.rooms)
          history.record({ kind: 'positioned', connection, room, seq: this.#asked[room] ?? last });
        return;
      case 'synced':
        for (const [room, place] of Object.entries(frame.rooms)) {
          if ('gone' in place) history.record({ kind: 'removed', connection, room });
          else history.record({ kind: 'synced', connection, room, seq: place.seq, reset: place.reset ?? false });
        }
        return;
      case 'ack': {
        const { id, room, seq, ts, dup = false } = frame;
        return history.record({ kind: 'acked', connection, room, id, seq, ts, dup });
      }
      case 'error': {
        const { id, code, outcome } = frame;
        return id === undefined ? undefined : history.record({ kind: 'failed', connection, id, code, outcome });
      }
      case 'room_added':
        return history.record({ kind: 'positioned', connection, room: frame.room.id, seq: frame.room.last_seq });
      case 'room_removed':
        return history.record({ kind: 'removed', connection, room: frame.room });
      default:
        if ('seq' in frame && 'ts' in frame && frame.type !== 'notification')
          history.record({ kind: 'received', connection, event: seen(frame) });
    }
  }
}

const isStoring = (frame: ClientFrame): frame is StoringFrame =>
  ['send', 'edit', 'delete', 'react'].includes(frame.type);

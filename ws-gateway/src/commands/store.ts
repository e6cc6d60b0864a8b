// The four frames that store: `send`, `edit`, `delete`, `react`. What can be refused without asking is refused here; the rest goes
// to the log, which answers. All of them share one rate, one count of what is in flight, and one order in a room.
import { Injectable } from '@nestjs/common';
import type { StoringFrame } from '@natter/contracts/frames';
import { isRoomId } from '@natter/contracts/ids';
import { limits } from '@natter/contracts/limits';
import { bodyProblem } from '@natter/contracts/text';
import { Appender, type Draft } from '../appender.js';
import type { Connection } from '../connection.js';

/** When too much is under way, some of it will be answered after about this long. */
const inflightRetryMs = 100;

@Injectable()
export class StoreCommand {
  constructor(private readonly appender: Appender) {}

  run(connection: Connection, frame: StoringFrame): void {
    this.submit(connection, draftOf(frame), frame.id);
  }

  /** @param answerId what an error refers to; undefined on a one-room socket */
  submit(connection: Connection, draft: Draft, answerId: string | undefined): void {
    const problem = 'body' in draft ? bodyProblem(draft.body, draft.type ? 0 : draft.files?.length) : undefined;
    if (problem !== undefined) return connection.fail(problem, answerId);
    const waitMs = connection.takeSend();
    if (waitMs > 0) return connection.fail('rate_limited', answerId, waitMs);
    if (connection.inflight >= limits.inflight)
      return connection.fail('too_many_inflight', answerId, inflightRetryMs + Math.floor(Math.random() * 200));
    if (!isRoomId(draft.room)) return connection.fail('not_found', answerId);
    this.appender.submit(connection, connection.user.account?.username ?? '', draft);
  }
}

function draftOf(frame: StoringFrame): Draft {
  if (frame.type !== 'send') return frame;
  const { id, room, body, thread, reply_to, files, meta } = frame;
  return {
    room,
    id,
    body,
    ...(typeof thread === 'number' && { thread }),
    ...(typeof reply_to === 'number' && { reply_to }),
    ...(files !== undefined && { files }),
    ...(meta !== undefined && { meta }),
  };
}

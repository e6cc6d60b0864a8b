// `send`: what can be refused without asking is refused here; the rest goes to the log, which answers.
import { Injectable } from '@nestjs/common';
import type { SendFrame } from '@natter/contracts/frames';
import { isRoomId } from '@natter/contracts/ids';
import { limits } from '@natter/contracts/limits';
import { bodyProblem } from '@natter/contracts/text';
import { Appender, type Draft } from '../appender.js';
import type { Connection } from '../connection.js';

/** When too much is under way, some of it will be answered after about this long. */
const inflightRetryMs = 100;

@Injectable()
export class SendCommand {
  constructor(private readonly appender: Appender) {}

  run(connection: Connection, frame: SendFrame): void {
    const { id, room, body, thread, reply_to, files, meta } = frame;
    this.submit(
      connection,
      {
        room,
        id,
        body,
        ...(typeof thread === 'number' && { thread }),
        ...(typeof reply_to === 'number' && { reply_to }),
        ...(files !== undefined && { files }),
        ...(meta !== undefined && { meta }),
      },
      id,
    );
  }

  /** @param answerId what an error refers to; undefined on a one-room socket */
  submit(connection: Connection, draft: Draft, answerId: string | undefined): void {
    const problem = bodyProblem(draft.body, draft.files?.length);
    if (problem !== undefined) return connection.fail(problem, answerId);
    const waitMs = connection.takeSend();
    if (waitMs > 0) return connection.fail('rate_limited', answerId, waitMs);
    if (connection.inflight >= limits.inflight)
      return connection.fail('too_many_inflight', answerId, inflightRetryMs + Math.floor(Math.random() * 200));
    if (!isRoomId(draft.room)) return connection.fail('not_found', answerId);
    this.appender.submit(connection, connection.user.account?.username ?? '', draft);
  }
}

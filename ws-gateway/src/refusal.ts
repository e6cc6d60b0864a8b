// Refusing before the upgrade: a real HTTP answer, problem+json (RFC 9457), then the connection ends.
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, NatterError } from '@natter/contracts/errors';
import { type ProblemAnswer, problemAnswer, rawProblem } from '@natter/service-kit/problem';
import { requestIdOf } from '@natter/service-kit/request-id';

/** A refusal whose status is not that of its code. */
export class Refusal extends NatterError {
  constructor(
    readonly status: number,
    code: ErrorCode,
    detail: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(code, { detail });
  }
}

/** Status, headers and body for an error; `asked` are the headers it answers. Faults of ours are told as no more than `unavailable`. */
export function problem(error: unknown, asked: IncomingHttpHeaders): ProblemAnswer {
  const requestId = requestIdOf(asked);
  const known = error instanceof NatterError ? error : new NatterError('unavailable');
  if (!(known instanceof Refusal)) return problemAnswer(known, requestId);
  const { status, headers, body } = problemAnswer(known, requestId, known.status);
  return { status, headers: { ...headers, ...known.headers }, body };
}

/** Writes the refusal to the socket of a request for one. @returns the status */
export function refuse(socket: Duplex, error: unknown, asked: IncomingHttpHeaders): number {
  const answer = problem(error, asked);
  socket.once('finish', () => socket.destroy());
  socket.end(rawProblem(answer));
  return answer.status;
}

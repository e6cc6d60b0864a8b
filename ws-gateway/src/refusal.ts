// Refusing before the upgrade: a real HTTP answer, problem+json (RFC 9457), then the connection ends.
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type ErrorCode, NatterError } from '@natter/contracts/errors';
import { type ProblemAnswer, problemAnswer, rawProblem } from '@natter/service-kit/problem';

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

/** Status, headers and body for an error. Faults of ours are told as no more than `unavailable`. */
export function problem(error: unknown): ProblemAnswer {
  const known = error instanceof NatterError ? error : new NatterError('unavailable');
  if (!(known instanceof Refusal)) return problemAnswer(known, randomUUID());
  const { status, headers, body } = problemAnswer(known, randomUUID(), known.status);
  return { status, headers: { ...headers, ...known.headers }, body };
}

/** Writes the refusal to the socket of an upgrade request. @returns the status */
export function refuse(socket: Duplex, error: unknown): number {
  const answer = problem(error);
  socket.once('finish', () => socket.destroy());
  socket.end(rawProblem(answer));
  return answer.status;
}

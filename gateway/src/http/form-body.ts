// A body that is no JSON but a form with a file: it is not read before somebody wants it, and not further than is wanted.
import type { IncomingMessage } from 'node:http';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { problemAnswer, rawProblem } from '@natter/service-kit/problem';
import { requestIdOf } from '@natter/service-kit/request-id';

/** What the parser leaves of `multipart/form-data`. */
export interface FormBody {
  type: string;
  encoding: string;
  form: IncomingMessage;
}

/** A sender whose body nobody wants is read on for this long, so that it hears the answer; then the connection ends. */
const lingerBytes = 4 * 1_048_576;
const lingerMs = 3_000;
/** Between the end from our side and a reset. */
const partingMs = 2_000;

export const isForm = (body: unknown): body is FormBody => typeof body === 'object' && body !== null && 'form' in body;

/**
 * The bytes of a body as they come. Stopping early leaves the rest unread.
 *
 * @throws NatterError `bad_request` when the connection breaks, or falls silent for 20 s (then it is closed, with 400)
 */
export async function* arriving(request: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const silence = setTimeout(() => refuseLate(request), limits.uploadIdleMs);
      const { done, value } = await chunks.next().finally(() => clearTimeout(silence));
      if (done === true) return;
      yield value;
    }
  } catch (cause) {
    throw new NatterError('bad_request', { detail: 'the connection broke before all had come' }, { cause });
  } finally {
    await chunks.return?.();
  }
}

/** A body that drips: told so, as far as it can be heard, and closed. */
export function refuseLate(request: IncomingMessage): void {
  const problem = new NatterError('bad_request', { detail: 'the request did not arrive in time' });
  request.socket.end(rawProblem(problemAnswer(problem, requestIdOf({}))), () => request.socket.destroy());
}

/**
 * To be called when a request is answered whose body has not been read: who still sends would, if we just closed, lose the answer
 * with the connection. So we listen a little longer to what we throw away.
 */
export function partFrom(request: IncomingMessage): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  let left = lingerBytes;
  const part = (): void => {
    request.pause();
    socket.end();
    setTimeout(() => socket.destroy(), partingMs).unref();
  };
  const timer = setTimeout(part, lingerMs);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) part();
  });
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
}

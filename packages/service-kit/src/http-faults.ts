// What Node's HTTP parser gives up on, as our error: it never becomes a request, so no route can answer it.
import { NatterError } from '@natter/contracts/errors';
import type { Socket } from 'node:net';

/** The error of a `clientError`; undefined when nobody is left to hear of it. */
export function httpFault(error: Error & { code?: string }, socket: Socket): NatterError | undefined {
  if (error.code === 'ECONNRESET' || !socket.writable) return undefined;
  if (error.code === 'HPE_HEADER_OVERFLOW' || error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new NatterError('too_large');
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  return new NatterError('bad_request', { detail: isLate ? 'the request did not arrive in time' : 'this is not HTTP' });
}

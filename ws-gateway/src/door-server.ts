// The HTTP under the doorstep: how large a head may be and how long it may take, and the answer to everything that asks for no socket, down
// to bytes that are no HTTP.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '@natter/contracts/limits';
import { httpFault } from '@natter/service-kit/http-faults';
import { problem, refuse } from './refusal.js';

/** How often it is looked for heads that take too long. */
const checkMs = 2_000;

/** @param refusalOf why a request that wants no socket gets nothing else; may throw it */
export function createDoorServer(refusalOf: (request: IncomingMessage) => unknown): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { status, headers, body } = problem(reasonOf(request, refusalOf), request.headers);
    const length = String(Buffer.byteLength(body));
    response.writeHead(status, { ...headers, 'content-length': length, connection: 'close' }).end(body);
  };
  const options = {
    maxHeaderSize: limits.httpHeadBytes,
    headersTimeout: limits.httpHeadMs,
    requestTimeout: limits.httpRequestMs,
    connectionsCheckingInterval: checkMs,
    requireHostHeader: false, // asked for by us, so that its absence is told as everything else is
  };
  return createServer(options, answer)
    .on('checkExpectation', answer)
    .on('clientError', (error, socket) => {
      const fault = httpFault(error, socket as Socket);
      if (fault === undefined) socket.destroy();
      else refuse(socket, fault, {});
    });
}

function reasonOf(request: IncomingMessage, refusalOf: (request: IncomingMessage) => unknown): unknown {
  try {
    return refusalOf(request);
  } catch (error) {
    return error;
  }
}

// Fastify as we need it: nothing of a body is looked at before the guard has spoken, and what does not even parse as HTTP gets
// its problem too.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { httpFault } from '@natter/service-kit/http-faults';
import { problemAnswer, rawProblem } from '@natter/service-kit/problem';
import { requestIdOf } from '@natter/service-kit/request-id';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { asNatterError } from './framework-errors.js';
import { type FormBody, partFrom, refuseLate } from './form-body.js';
import type { RawBody } from './json-body.js';
import { isBrokenPage } from './target.js';

const timeoutCheckMs = 2_000;
const keepAliveMs = 65_000;

export function createAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers),
    bodyLimit: limits.httpBodyBytes,
    rewriteUrl: ({ url = '/' }) => (isBrokenPage(url) ? '/' : url),
    // Longer than any name, so that a path that names nothing is 404 and not 414.
    routerOptions: { maxParamLength: limits.httpHeadBytes },
    return503OnClosing: false,
    // Of uploads; all else has less, below.
    requestTimeout: limits.uploadMs,
    keepAliveTimeout: keepAliveMs,
    http: {
      maxHeaderSize: limits.httpHeadBytes,
      headersTimeout: limits.httpHeadMs,
      connectionsCheckingInterval: timeoutCheckMs,
      requireHostHeader: false,
    },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const known =
        error.code === 'FST_ERR_BAD_URL'
          ? new NatterError('bad_request', { detail: 'the path is not percent-encoded UTF-8' })
          : (asNatterError(error) ?? new NatterError('bad_request'));
      const { status, headers, body } = problemAnswer(known, request.id);
      void reply.code(status).headers(headers).send(body);
    },
    clientErrorHandler: (error, socket) => refuse(error, socket as Socket),
  });
  const instance = adapter.getInstance();
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers;
    done(null, { type, encoding, bytes: bytes as Buffer } satisfies RawBody);
  });
  instance.addContentTypeParser(/^multipart\/form-data\s*(;|$)/i, (request, form, done) => {
    const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers;
    done(null, { type, encoding, form } satisfies FormBody);
  });
  instance.addHook('preParsing', async (request) => {
    const { 'content-type': type = '', 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (/^multipart\/form-data/i.test(type) || (length === '0' && coding === undefined)) return;
    const timer = setTimeout(() => refuseLate(request.raw), limits.httpRequestMs);
    for (const over of ['end', 'close']) request.raw.once(over, () => clearTimeout(timer));
  });
  instance.addHook('onResponse', async ({ raw }) => partFrom(raw));
  // An expectation we do not know is no reason to refuse.
  instance.server.on('checkExpectation', (request, response) => instance.server.emit('request', request, response));
  return adapter;
}

function refuse(error: Error & { code?: string }, socket: Socket): void {
  const fault = httpFault(error, socket);
  if (fault === undefined) socket.destroy();
  else socket.end(rawProblem(problemAnswer(fault, requestIdOf({}))), () => socket.destroy());
}

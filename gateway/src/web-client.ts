// The browser client: files named by their content are kept for ever, and every path that is no file is the application.
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, posix, resolve } from 'node:path';
import { NatterError } from '@natter/contracts/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Vite names what stands here by a hash of its content. */
const hashedFolder = '/assets/';
const yearSeconds = 365 * 24 * 60 * 60;

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

export class WebClient {
  private readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /**
   * Sends a file, or the application for any other path.
   *
   * @param path decoded
   * @throws NatterError `not_found` for a hashed file that is gone: the application would be cached in its place
   */
  async send(path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const wanted = posix.normalize(path);
    const found = await this.find(wanted);
    if (found !== undefined) return this.sendFile(wanted, found, request, reply);
    if (wanted.startsWith(hashedFolder)) throw new NatterError('not_found');
    const index = await this.find('/index.html');
    return index === undefined ? notBuilt(reply) : this.sendFile('/index.html', index, request, reply);
  }

  private sendFile(file: string, found: Stats, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const tag = `W/"${found.size.toString(36)}-${Math.trunc(found.mtimeMs).toString(36)}"`;
    reply.headers({
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'cache-control': file.startsWith(hashedFolder) ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
      etag: tag,
    });
    if (request.headers['if-none-match']?.includes(tag)) return reply.code(304).send();
    reply.header('content-length', found.size);
    return reply.send(request.method === 'HEAD' ? undefined : createReadStream(join(this.root, file)));
  }

  /** A file of the build. Names with a leading dot are none of it, and `normalize` leaves no way up. */
  private async find(file: string): Promise<Stats | undefined> {
    if (file.includes('\0') || file.split('/').some((part) => part.startsWith('.'))) return undefined;
    const found = await stat(join(this.root, file)).catch(() => undefined);
    return found?.isFile() ? found : undefined;
  }
}

function notBuilt(reply: FastifyReply): FastifyReply {
  const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Natter</title>
<p>Natter is running, but its web client has not been built. Run <code>npm run build</code>, then load this page again.</p></html>
`;
  return reply.code(503).headers({ 'content-type': 'text/html; charset=utf-8', 'retry-after': '10' }).send(page);
}

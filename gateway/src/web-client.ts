// The browser client: files named by their content are kept for ever, and every path that is no file is the application.
import { stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { NatterError } from '@natter/contracts/errors';
import type { FastifyReply } from 'fastify';

/** Vite names what stands here by a hash of its content. */
const hashedFolder = '/assets/';
const yearSeconds = 365 * 24 * 60 * 60;

export class WebClient {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /**
   * Sends a file, or the application for any other path.
   *
   * @param path decoded
   * @throws NatterError `not_found` for a hashed file that is gone: the application would be cached in its place
   */
  async send(path: string, reply: FastifyReply): Promise<FastifyReply> {
    const wanted = posix.normalize(path);
    if (await this.isFile(wanted)) return this.sendFile(wanted, reply);
    if (wanted.startsWith(hashedFolder)) throw new NatterError('not_found');
    return (await this.isFile('/index.html')) ? this.sendFile('/index.html', reply) : notBuilt(reply);
  }

  private sendFile(file: string, reply: FastifyReply): FastifyReply {
    const lasting = file.startsWith(hashedFolder);
    reply.header('cache-control', lasting ? `public, max-age=${yearSeconds}, immutable` : 'no-cache');
    return reply.sendFile(file, this.root, { cacheControl: false });
  }

  /** A file of the build. Names with a leading dot are none of it, and `normalize` leaves no way up. */
  private async isFile(file: string): Promise<boolean> {
    if (file.includes('\0') || file.split('/').some((part) => part.startsWith('.'))) return false;
    const found = await stat(join(this.root, file)).catch(() => undefined);
    return found?.isFile() ?? false;
  }
}

function notBuilt(reply: FastifyReply): FastifyReply {
  const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Natter</title>
<p>Natter is running, but its web client has not been built. Run <code>npm run build</code>, then load this page again.</p></html>
`;
  return reply.code(503).headers({ 'content-type': 'text/html; charset=utf-8', 'retry-after': '10' }).send(page);
}

// An avatar on its way in: whatever picture comes is drawn anew as a small square, by a process that it may break; what is kept holds
// nothing else of the original, neither places and names nor another format inside.
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Account } from '@natter/contracts/auth';
import { setAvatar } from '@natter/contracts/avatars';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { ContentWatch, isPicture } from '../files/content.js';
import { Drawers } from '../files/draw.js';
import type { Part } from '../files/form-parts.js';
import { envelopeBytes, readFile, tooLarge, watched } from '../files/one-file.js';
import { within } from '../files/within.js';
import type { Caller } from '../http/caller.js';

/** Of the time a request has, what keeping the picture may need once it is drawn. */
const keepMs = 1_000;
const retryAfterMs = 2_000;

@Injectable()
export class Avatars {
  constructor(
    private readonly rpc: RpcClient,
    private readonly drawers: Drawers,
  ) {}

  /**
   * Takes the picture of a form for that of an account.
   *
   * @param bodyBytes of the whole body, as far as it is told
   * @param whenCome called when all bytes are here: whose account it is, and from when on the answer is due
   * @throws NatterError `bad_request` `too_large` for the form; `invalid`: it is no picture, or one of more than 64 million pixels;
   *   `unavailable` when it is not drawn in time; what `setAvatar` says
   */
  async set(parts: AsyncIterable<Part>, bodyBytes: number, whenCome: () => Caller): Promise<{ user: Account }> {
    if (bodyBytes > limits.avatarBytes + envelopeBytes) throw tooLarge(limits.avatarBytes);
    const original = await this.read(parts);
    const caller = whenCome();
    const drawing = this.drawers.draw(async () => Readable.from([original]), { square: limits.avatarPixels });
    const late = new NatterError('unavailable', { retryAfterMs, detail: 'the picture could not be drawn in time' });
    const drawn = await within(caller.timeoutMs - keepMs, drawing, late);
    if (drawn === undefined) throw noPicture();
    const { user: actor, session } = caller;
    return this.rpc.call(setAvatar, { actor, session, picture: drawn.toString('base64') }, caller);
  }

  private async read(parts: AsyncIterable<Part>): Promise<Buffer> {
    const watch = new ContentWatch();
    const chunks: Buffer[] = [];
    await readFile(parts, limits.avatarBytes, async (bytes) => {
      for await (const chunk of watched(bytes, (seen) => watch.see(seen))) chunks.push(chunk);
    });
    if (!isPicture(await watch.type())) throw noPicture();
    return Buffer.concat(chunks);
  }
}

const noPicture = (): NatterError =>
  new NatterError('invalid', {
    detail: 'file: a PNG, JPEG, GIF, WebP or AVIF picture of up to 64 million pixels',
    fields: [{ field: 'file', code: 'invalid' }],
  });

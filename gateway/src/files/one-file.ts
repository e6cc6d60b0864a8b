// The one file of a form, while it comes: never held whole here, and never more of it than is allowed.
import { NatterError } from '@natter/contracts/errors';
import type { FastifyRequest } from 'fastify';
import { arriving, isForm } from '../http/form-body.js';
import { boundaryOf, formParts, type Part } from './form-parts.js';

/** What a form may have besides its file. */
export const envelopeBytes = 65_536;

/** @throws NatterError `media_type` for any other body; `bad_request` without a boundary */
export function openForm({ body, raw }: FastifyRequest): AsyncGenerator<Part, void, undefined> {
  if (!isForm(body)) throw new NatterError('media_type', { detail: 'the body must be multipart/form-data' });
  if (!/^(identity)?$/i.test(body.encoding.trim()))
    throw new NatterError('media_type', { detail: 'the body must not be compressed' });
  return formParts(arriving(raw), boundaryOf(body.type));
}

/**
 * Reads a form to its end; the bytes of its file go through `take`, which reads all of them.
 *
 * @returns the name that the file was given
 * @throws NatterError `bad_request` when the field `file` is not there once, as a file; `too_large` above `maxBytes`
 */
export async function readFile(
  parts: AsyncIterable<Part>,
  maxBytes: number,
  take: (bytes: AsyncIterable<Buffer>) => Promise<void>,
): Promise<string> {
  let found: string | undefined;
  for await (const { name, fileName, bytes } of parts) {
    if (name !== 'file') {
      await drain(atMost(envelopeBytes, bytes));
      continue;
    }
    if (found !== undefined) throw badForm('one file at a time');
    if (fileName === undefined) throw badForm('the field file must be a file: it has no name');
    await take(atMost(maxBytes, bytes));
    found = fileName;
  }
  if (found === undefined) throw badForm('the field file is missing', 'missing');
  return found;
}

/** Looks at bytes while they pass. */
export async function* watched(
  bytes: AsyncIterable<Buffer>,
  see: (chunk: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of bytes) {
    see(chunk);
    yield chunk;
  }
}

export async function drain(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of bytes);
}

export const tooLarge = (maxBytes: number): NatterError =>
  new NatterError('too_large', { detail: `a file may have ${maxBytes} bytes` });

/** @throws NatterError `too_large` with the first byte above */
async function* atMost(maxBytes: number, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let left = maxBytes;
  for await (const chunk of bytes) {
    left -= chunk.length;
    if (left < 0) throw tooLarge(maxBytes);
    yield chunk;
  }
}

const badForm = (detail: string, code: 'missing' | 'invalid' = 'invalid'): NatterError =>
  new NatterError('bad_request', { detail, fields: [{ field: 'file', code }] });

// Errors of the framework, in our words.
import { HttpException } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';

/** An error that the caller may be told; undefined for a fault of ours. */
export function asNatterError(error: unknown): NatterError | undefined {
  if (error instanceof NatterError) return error;
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  const code = ({ 404: 'not_found', 405: 'method', 413: 'too_large', 415: 'media_type' } as const)[status];
  return new NatterError(code ?? 'bad_request', {}, { cause: error });
}

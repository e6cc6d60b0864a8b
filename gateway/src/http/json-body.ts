// A request's body, read only once it is known who asks: bytes → text → a JSON object. Each step has its own refusal.
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { type FormBody, isForm } from './form-body.js';

/** What the parser leaves on a request: nothing has been looked at yet. */
export interface RawBody {
  type: string;
  /** Of the header `Content-Encoding`. */
  encoding: string;
  bytes: Buffer;
}

const jsonType = /^application\/json\s*(;|$)/i;
const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * The object a body holds; no body is an empty object.
 *
 * @throws NatterError `media_type`: not `application/json` in UTF-8, or compressed; `bad_request`: bad UTF-8, not JSON, nested deeper than 16,
 *   or no object
 */
export function readJson(body: RawBody | FormBody | null | undefined): Record<string, unknown> {
  if (isForm(body)) throw new NatterError('media_type');
  if (body === null || body === undefined || body.bytes.length === 0) return {};
  if (!jsonType.test(body.type) || !/^utf-?8$/i.test(charset.exec(body.type)?.[1] ?? 'utf-8'))
    throw new NatterError('media_type');
  if (!/^(identity)?$/i.test(body.encoding.trim()))
    throw new NatterError('media_type', { detail: 'the body must not be compressed' });
  const value = parse(decode(body.bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NatterError('bad_request', { detail: 'the body must be a JSON object' });
  return value as Record<string, unknown>;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NatterError('bad_request', { detail: 'the body is not UTF-8' }, { cause });
  }
}

function parse(text: string): unknown {
  if (isDeeperThan(limits.jsonDepth, text))
    throw new NatterError('bad_request', { detail: `the body is nested deeper than ${limits.jsonDepth}` });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NatterError('bad_request', { detail: 'the body is not JSON' }, { cause });
  }
}

/** Counts brackets outside of strings, so that nothing deep is ever built. */
export function isDeeperThan(max: number, text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      if (++depth > max) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}

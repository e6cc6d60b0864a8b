// `meta` of a message: whatever its sender put there goes on as it is, so it is looked at and never rebuilt. A schema that copies
// objects would lose keys like `__proto__`.
import { z } from 'zod';
import { limits } from './limits.js';
import { isCleanText } from './text.js';

const words = 'an object of at most 2 KiB as JSON, nested at most 16 deep, its texts without NUL and lone surrogates';

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** True for JSON of at most `depth` levels in which every text, keys too, is clean. */
const isCleanJson = (value: unknown, depth: number): boolean => {
  if (typeof value === 'string') return isCleanText(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.entries(value).every(([key, inner]) => isCleanText(key) && isCleanJson(inner, depth - 1));
};

/** The very object that came in. */
export const Meta = z.custom<Record<string, unknown>>().check((payload) => {
  const { value, issues } = payload;
  if (!isPlainObject(value)) issues.push({ code: 'invalid_type', expected: 'record', input: value });
  else if (!isCleanJson(value, limits.jsonDepth) || utf8Bytes(JSON.stringify(value)) > limits.metaBytes)
    issues.push({ code: 'custom', message: words, input: value });
});

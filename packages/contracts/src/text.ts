// What may be said: rules about texts that need no schema, so that a browser can ask them too.
import { limits } from './limits.js';

/**
 * True when a text can be stored and sent back exactly as it came.
 * U+0000 cannot be kept by PostgreSQL; lone surrogates cannot be written as UTF-8.
 */
export const isCleanText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/**
 * The code for a body that may not be stored, or undefined. A body of white space alone says something; one of nothing does not.
 *
 * @param maxChars what the server one talks to allows, in UTF-16 code units
 */
export function bodyProblem(
  body: string,
  fileCount = 0,
  maxChars: number = limits.body_chars,
): 'empty' | 'too_long' | undefined {
  if (body.length > maxChars) return 'too_long';
  return body.length === 0 && fileCount === 0 ? 'empty' : undefined;
}

/** Controls, line and paragraph separators, and what turns the direction of a line around or joins words unseen. */
const unwanted = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]+/gu;

/** A name for people as it is kept: on one line, without what could disguise it, one space where there were many. */
export const cleanName = (name: string): string =>
  name
    .replace(unwanted, ' ')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();

/** True when there is something to see in a text. */
export const hasVisible = (text: string): boolean => /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);

/** One emoji of Unicode (UTS 51): a flag, a keycap, or pictures with their tones and tags. */
const picture = String.raw`(?!\p{RI})(?:\p{Extended_Pictographic}|\p{Emoji_Presentation})(?:\p{EMod}|\uFE0F)?`;
const tags = String.raw`(?:[\u{E0020}-\u{E007E}]{1,6}\u{E007F})?`;
const emojiPattern = new RegExp(
  String.raw`^(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|${picture}${tags}(?:\u200D${picture}){0,7})$`,
  'u',
);
/** Above the longest there is: a kiss of two people with tones has 15 UTF-16 units. */
const emojiChars = 32;

/** True for exactly one emoji, however many code points it takes; no other text is a reaction. */
export const isEmoji = (text: string): boolean => text.length <= emojiChars && emojiPattern.test(text);

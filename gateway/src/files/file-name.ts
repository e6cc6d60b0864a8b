// A file's name as it may be shown and saved: what its sender called it, less what could deceive or leave a folder.
import { limits } from '@natter/contracts/limits';

/** Controls, line and paragraph separators, and what turns the direction of text around («txt.exe» shown as «exe.txt»). */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\uFEFF]/gu;
/** What browsers write for a quote and line ends in the name of a file. */
const browserEscapes: Record<string, string> = { '%22': '"', '%0D': '\r', '%0A': '\n' };
const extension = /(?<=.)\.[^.\s]{1,16}$/u;

/** Never empty, at most 255 bytes of UTF-8; the extension survives. */
export function safeFileName(sent: string): string {
  const decoded = sent.replace(/%22|%0D|%0A/gi, (escape) => browserEscapes[escape.toUpperCase()] ?? escape);
  const last = decoded.split(/[/\\]/).at(-1) ?? '';
  const name = last.toWellFormed().replace(unsafe, '').trim();
  if (/^\.*$/.test(name)) return 'file';
  const end = extension.exec(name)?.[0] ?? '';
  return cut(name.slice(0, name.length - end.length), limits.fileNameBytes - Buffer.byteLength(end)) + end;
}

/** As many whole characters as fit. */
function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}

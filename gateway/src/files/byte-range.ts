// `Range: bytes=…` (RFC 9110, section 14): one range is served; what is not understood, and several at once, get the whole.

export interface ByteRange {
  first: number;
  last: number;
}

/** The range asked for; undefined: the whole; null: none of it is there (416). */
export function byteRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, from = '', to = ''] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const length = Number(to);
    return length === 0 || size === 0 ? null : { first: Math.max(0, size - length), last: size - 1 };
  }
  const [first, last] = [Number(from), to === '' ? Number.MAX_SAFE_INTEGER : Number(to)];
  if (last < first) return undefined;
  return first >= size ? null : { first, last: Math.min(last, size - 1) };
}

// One member of a room on a system under test, as every load drives it: sends, hears of acknowledgements and of deliveries.

/** What a payload is; decided by a few of its first bytes. */
export const kind = { other: 0, delivery: 1, ack: 2, refusal: 3 } as const;
export type Kind = (typeof kind)[keyof typeof kind];

/** Stands in front of a body so that a delivery can be found in a frame without reading it: milliseconds of `performance.now()`. */
const mark = '~';
const digits = 14;

/** A body of so many characters that says when it was made. */
export const stampedBody = (chars: number): string =>
  `${mark}${performance.now().toFixed(3).padStart(digits, '0')}${mark}`.padEnd(chars, 'x');

/** Milliseconds since a body was made, or undefined when there is none between these bytes. */
export function ageOf(chunk: Buffer, start: number, end: number): number | undefined {
  const at = chunk.indexOf(mark, start, 'latin1');
  if (at < 0 || at + digits + 1 >= end) return undefined;
  return performance.now() - Number(chunk.toString('latin1', at + 1, at + 1 + digits));
}

export interface Member {
  room: number;
  /** Says something in the room; its ack is the next one that comes. */
  send: (body: string) => void;
  onAck: () => void;
  /** Not stored and not shown: the load sends it again later. */
  onRefusal: () => void;
  /** A message of the room has come; the payload is there until the function returns. */
  onDelivery: (chunk: Buffer, start: number, end: number) => void;
  onClose: () => void;
  close: () => void;
}

/** What a system makes of its own of a member; the load sets the callbacks. */
export const silentMember = (room: number, send: Member['send'], close: Member['close']): Member => ({
  room,
  send,
  close,
  onAck: () => undefined,
  onRefusal: () => undefined,
  onDelivery: () => undefined,
  onClose: () => undefined,
});

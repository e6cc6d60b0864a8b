// A finding: a promise that did not hold for some input, and the input.

export type BreachKind =
  /** A process ended. */
  | 'ended'
  /** An answer of 500 and above other than 503. */
  | 'fault'
  /** 503, `unavailable`, `timeout` or 1011, though no part was away. */
  | 'away'
  /** An answer, frame or close code that the contract does not know, or not in this shape. */
  | 'shape'
  /** A request without an answer within 5 s on a connection that stays open (P7). */
  | 'silent'
  /** An answer that shows what is inside: stack traces, statements, paths. */
  | 'leak'
  /** A part that complained: an error in its log is for things somebody must act on. */
  | 'complaint'
  /** A well-behaved client that missed, doubled or mixed up a message, or was let go. */
  | 'bystander'
  /** A hole in a log, a socket or a connection of somebody who has gone. */
  | 'aftermath'
  /** A message that came back otherwise than it was sent. */
  | 'text'
  /** Bystanders again, but for how long its messages took. */
  | 'slow'
  /** Memory that grew as the run went on. */
  | 'memory';

/** About time alone: no finding where the machine did not give us the processor. */
export const timely: ReadonlySet<BreachKind> = new Set(['silent', 'away']);

export interface Breach {
  kind: BreachKind;
  says: string;
  /** Which piece of the run: with the seed, it can be had again. */
  piece: string;
  /** The exact input, where there is one. */
  input?: Buffer;
}

const MOST_SHOWN = 600;

/** Bytes as one line: printable ones as they are, the middle left out where there are many. */
export function shown(input: Buffer, most = MOST_SHOWN): string {
  const line = (part: Buffer): string =>
    part.toString('latin1').replace(/[^\x20-\x7e]|\\/g, (char) => {
      const known = { '\r': '\\r', '\n': '\\n', '\\': '\\\\' }[char];
      return known ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
    });
  if (input.length <= most) return line(input);
  const half = most / 2;
  return `${line(input.subarray(0, half))} …(${input.length} bytes)… ${line(input.subarray(-half))}`;
}

// The NATS protocol, as far as one has to know it to cut a stream into whole messages: a proxy may then let
// single messages get lost, as a bus may, and never breaks the protocol itself.

/** Commands whose line ends with the size of what follows. */
const WITH_PAYLOAD = new Set(['MSG', 'HMSG', 'PUB', 'HPUB']);
const END = '\r\n';

/** Splits one direction of a connection; what is incomplete waits for the rest. */
export class NatsFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** The whole messages that are complete with this chunk, byte for byte. */
  take(chunk: Buffer): Buffer[] {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    for (let size = firstFrame(rest); size > 0; size = firstFrame(rest)) {
      frames.push(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    this.#rest = rest;
    return frames;
  }
}

/** The length of the message that `bytes` begins with; 0 while it is not all there. */
function firstFrame(bytes: Buffer): number {
  const lineEnd = bytes.indexOf(END);
  if (lineEnd < 0) return 0;
  const words = bytes.toString('latin1', 0, lineEnd).split(' ');
  const line = lineEnd + END.length;
  const hasPayload = WITH_PAYLOAD.has(words[0]?.toUpperCase() ?? '');
  const size = hasPayload ? line + Number(words.at(-1)) + END.length : line;
  return size <= bytes.length ? size : 0;
}

/** The subject of a message, undefined for what is none (PING, INFO, SUB …). */
export function subjectOf(frame: Buffer): string | undefined {
  const words = frame.toString('latin1', 0, frame.indexOf(END)).split(' ');
  return WITH_PAYLOAD.has(words[0]?.toUpperCase() ?? '') ? words[1] : undefined;
}

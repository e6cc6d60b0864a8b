// WebSocket framing of what a server sends: one unmasked text frame a message (RFC 6455, 5.2). Done here and not by ws, so
// that an event is framed once and the same bytes go to every socket.

const finalText = 0x81;

function headerLength(payloadLength: number): number {
  if (payloadLength < 126) return 2;
  return payloadLength < 65_536 ? 4 : 10;
}

function writeHeader(target: Buffer, offset: number, payloadLength: number): void {
  target[offset] = finalText;
  if (payloadLength < 126) {
    target[offset + 1] = payloadLength;
  } else if (payloadLength < 65_536) {
    target[offset + 1] = 126;
    target.writeUInt16BE(payloadLength, offset + 2);
  } else {
    target[offset + 1] = 127;
    target.writeUInt32BE(0, offset + 2);
    target.writeUInt32BE(payloadLength, offset + 6);
  }
}

/** A frame around UTF-8 bytes. The result shares no memory with `payload`. */
export function frameBytes(payload: Uint8Array): Buffer {
  const head = headerLength(payload.length);
  const frame = Buffer.allocUnsafe(head + payload.length);
  writeHeader(frame, 0, payload.length);
  frame.set(payload, head);
  return frame;
}

/** A frame around a text. */
export function frameText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = headerLength(length);
  const frame = Buffer.allocUnsafe(head + length);
  writeHeader(frame, 0, length);
  frame.write(text, head, 'utf8');
  return frame;
}

/** Frames one after another in one buffer. `ends[i]` is where frame i ends. */
export interface FrameRun {
  bytes: Buffer;
  ends: number[];
}

/** Frames many payloads into one buffer. */
export function frameRun(payloads: readonly Uint8Array[]): FrameRun {
  let total = 0;
  for (const payload of payloads) total += headerLength(payload.length) + payload.length;
  const bytes = Buffer.allocUnsafe(total);
  const ends: number[] = [];
  let offset = 0;
  for (const payload of payloads) {
    writeHeader(bytes, offset, payload.length);
    offset += headerLength(payload.length);
    bytes.set(payload, offset);
    offset += payload.length;
    ends.push(offset);
  }
  return { bytes, ends };
}

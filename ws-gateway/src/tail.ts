// The newest frames of a room, kept for the moment in which a page of its log is being read.

const maxBytes = 262_144;

export class Tail {
  private frames: Buffer[] = [];
  private bytes = 0;
  /** The seq before the first frame kept. */
  private from: number;

  /** @param seq where the room's feed stands */
  constructor(seq: number) {
    this.from = seq;
  }

  /** Adds the next frame; the oldest go when it becomes too much. */
  add(seq: number, frame: Buffer): void {
    this.frames.push(frame);
    this.bytes += frame.length;
    while (this.bytes > maxBytes && this.frames.length > 1) this.bytes -= this.frames.shift()!.length;
    this.from = seq - this.frames.length;
  }

  /** All frames after a seq; undefined when older ones are missing or there are none. */
  after(seq: number): Buffer | undefined {
    const count = this.frames.length - (seq - this.from);
    if (seq < this.from || count <= 0) return undefined;
    return Buffer.concat(this.frames.slice(-count));
  }
}

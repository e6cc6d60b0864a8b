// The newest frames of a room, kept for the moment in which a page of its log is being read.

const maxBytes = 262_144;

interface Kept {
  frame: Buffer;
  /** The message that the event changes, if it does. */
  about: number | undefined;
}

export class Tail {
  private kept: Kept[] = [];
  private bytes = 0;
  /** The seq before the first frame kept. */
  private from: number;

  /** @param seq where the room's feed stands */
  constructor(seq: number) {
    this.from = seq;
  }

  /**
   * Adds the next frame; the oldest go when it becomes too much. With an event that changes a message go all frames up to the last
   * that shows the message as it was: whoever still needs those is shown the log as it is now.
   */
  add(seq: number, frame: Buffer, about: number | undefined): void {
    if (about !== undefined) this.forget(about);
    this.kept.push({ frame, about });
    this.bytes += frame.length;
    while (this.bytes > maxBytes && this.kept.length > 1) this.drop(1);
    this.from = seq - this.kept.length;
  }

  /** All frames after a seq; undefined when older ones are missing or there are none. */
  after(seq: number): Buffer | undefined {
    const count = this.kept.length - (seq - this.from);
    if (seq < this.from || count <= 0) return undefined;
    return Buffer.concat(this.kept.slice(-count).map(({ frame }) => frame));
  }

  /** Messages that were changed after a seq, as far as that is kept. */
  changedAfter(seq: number): number[] {
    return this.kept.flatMap(({ about }, i) => (about !== undefined && this.from + i + 1 > seq ? [about] : []));
  }

  private forget(message: number): void {
    const last = this.kept.findLastIndex(({ about }, i) => about === message || this.from + i + 1 === message);
    this.drop(last + 1);
  }

  private drop(count: number): void {
    for (const { frame } of this.kept.splice(0, count)) this.bytes -= frame.length;
    this.from += count;
  }
}

// A TCP connection with the faults of a real network: it breaks at any chosen byte, in either direction, or
// falls silent, which the other side cannot tell from a machine that lost its power.
/* oxlint-disable no-underscore-dangle -- so Node names what a stream overrides */
import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

export class CuttableSocket extends Socket {
  #left = { in: Infinity, out: Infinity };
  #isSilent = false;

  /** Breaks after that many more bytes have come in, or gone out; the byte after them does not exist. */
  cutAfter(direction: 'in' | 'out', bytes: number): void {
    this.#left[direction] = bytes;
  }

  /** From now on nothing goes out and nothing that comes in is seen; the connection stays open. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  /** Called by Node with what came in. */
  override push(chunk: Buffer | null): boolean {
    if (chunk === null) return super.push(null);
    if (this.#isSilent) return true;
    const passed = this.#take('in', chunk);
    const wantsMore = passed.length === 0 || super.push(passed);
    if (passed.length < chunk.length) this.destroy();
    return wantsMore;
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    this.#pass([typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk], done);
  }

  override _writev(chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done: Done): void {
    const asBytes = ({ chunk, encoding }: { chunk: Buffer | string; encoding: BufferEncoding }): Buffer =>
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.#pass(chunks.map(asBytes), done);
  }

  #pass(chunks: Buffer[], done: Done): void {
    if (this.#isSilent) return done();
    const bytes = Buffer.concat(chunks);
    const passed = this.#take('out', bytes);
    if (passed.length === bytes.length) return void super._write(bytes, 'buffer' as BufferEncoding, done);
    const cut = (): void => {
      this.destroy();
      done();
    };
    if (passed.length === 0) cut();
    else super._write(passed, 'buffer' as BufferEncoding, cut);
  }

  #take(direction: 'in' | 'out', bytes: Buffer): Buffer {
    const passed = bytes.subarray(0, Math.min(bytes.length, this.#left[direction]));
    this.#left[direction] -= passed.length;
    return passed;
  }
}

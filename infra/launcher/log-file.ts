// One bounded file for what one part wrote, kept whatever the terminal shows.
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const MAX_BYTES = 10 * 1024 * 1024;

/** Appends lines; above 10 MiB the file becomes `<path>.1` and a new one begins, so two at most exist. */
export class LogFile {
  #fd: number;
  #bytes: number;

  constructor(
    private readonly path: string,
    private readonly maxBytes = MAX_BYTES,
  ) {
    this.#fd = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#fd).size;
  }

  /** Written before it returns: what a part said last is there even when the launcher is killed. */
  append(line: string): void {
    if (this.#bytes > this.maxBytes) this.#rotate();
    try {
      this.#bytes += writeSync(this.#fd, `${line}\n`);
    } catch {
      // A full disk must not take the launcher down with it; the line is lost.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #rotate(): void {
    closeSync(this.#fd);
    renameSync(this.path, `${this.path}.1`);
    this.#fd = openSync(this.path, 'a', 0o600);
    this.#bytes = 0;
  }
}

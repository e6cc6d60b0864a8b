// Everything the parts say goes to one bounded file each, and to whoever listens: the terminal or a test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from './log-file.js';
import { type Level, type LogLine, parseLine } from './log-line.js';

const TAIL_LINES = 5;

export class StackLog {
  readonly #files = new Map<string, LogFile>();
  #isClosed = false;

  constructor(
    private readonly folder: string,
    private readonly sink: (line: LogLine) => void = () => undefined,
  ) {}

  /** A sentence of the launcher's own. */
  say(level: Level, text: string): void {
    if (this.#isClosed) return;
    const at = new Date();
    this.#file('launcher').append(`${at.toISOString()} ${text}`);
    this.sink({ at, part: 'launcher', level, text });
  }

  /** A line as a part wrote it. */
  hear(part: string, raw: string, stream: 'stdout' | 'stderr'): void {
    if (this.#isClosed) return; // a last line of a part that has ended
    this.#file(part).append(raw);
    this.sink(parseLine(part, raw, stream));
  }

  /** What a part said last, to explain why it is not ready. */
  tail(part: string): string[] {
    try {
      const lines = readFileSync(this.pathOf(part), 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
      return lines.map((raw) => parseLine(part, raw, 'stdout').text);
    } catch {
      return [];
    }
  }

  pathOf(part: string): string {
    return join(this.folder, `${part}.log`);
  }

  close(): void {
    this.#isClosed = true;
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #file(part: string): LogFile {
    const known = this.#files.get(part);
    if (known) return known;
    const file = new LogFile(this.pathOf(part));
    this.#files.set(part, file);
    return file;
  }
}

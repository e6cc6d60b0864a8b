// Clocks that can be set, one for each service and one for PostgreSQL, by Debian's libfaketime: a process reads the
// offset of its clock from a file of its own. What measures durations (the monotonic clock) is left alone.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartSpec } from '@natter/infra/stack';

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map(
  (folder) => `${folder}/faketime/libfaketimeMT.so.1`,
);
const APT_TIMEOUT_MS = 120_000;

export class Clocks {
  private constructor(
    private readonly library: string,
    private readonly folder: string,
  ) {}

  /** Why clocks cannot be set on this machine. */
  static obstacle(): string | undefined {
    return library() || isRootWithApt() ? undefined : 'libfaketime is not installed (`apt-get install libfaketime`)';
  }

  /** Installs libfaketime when it is missing and this is Debian, as root. */
  static make(): Clocks {
    if (!library()) execFileSync('apt-get', ['-qq', 'install', '-y', 'libfaketime'], { timeout: APT_TIMEOUT_MS });
    const found = library();
    if (found === undefined) throw new Error('libfaketime could not be installed');
    const folder = mkdtempSync(join(tmpdir(), 'natter-clocks-'));
    chmodSync(folder, 0o755); // PostgreSQL, as its own user, reads its clock here too
    return new Clocks(found, folder);
  }

  /** The same part, with a clock that can be set. nats-server is a Go program, which asks the kernel past any library. */
  wind(part: PartSpec): PartSpec {
    if (part.name === 'nats') return part;
    this.set(part.name, 0);
    const env = {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.#file(part.name),
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    return { ...part, env: { ...part.env, ...env } };
  }

  /** Within a second, the part's clock differs from the true one by that much. */
  set(part: string, offsetSeconds: number): void {
    const sign = offsetSeconds < 0 ? '-' : '+';
    writeFileSync(this.#file(part), `${sign}${Math.abs(offsetSeconds)}\n`, { mode: 0o644 });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file(part: string): string {
    return join(this.folder, part);
  }
}

const library = (): string | undefined => LIBRARIES.find((path) => existsSync(path));
const isRootWithApt = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

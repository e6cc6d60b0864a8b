// A small file system under all data, and a ballast that fills it to the last byte.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE_MIB = 700;
const BLOCK = Buffer.alloc(1 << 16);

export class SmallDisk {
  /** The data folder. */
  readonly folder: string;

  private constructor(private readonly place: string) {
    this.folder = join(place, 'disk');
  }

  /** Why it cannot be had on this machine. */
  static obstacle(): string | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting a file system takes root on Linux';
    return undefined;
  }

  static mount(): SmallDisk {
    const place = mkdtempSync(join(tmpdir(), 'natter-disk-'));
    execFileSync('chmod', ['0711', place]); // PostgreSQL, as its own user, has to get through
    const disk = new SmallDisk(place);
    mkdirSync(disk.folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m,mode=0711`, 'natter-faults', disk.folder]);
    mkdirSync(join(place, 'logs'));
    symlinkSync(join(place, 'logs'), join(disk.folder, 'logs')); // what the parts complain about is wanted
    return disk;
  }

  /** Until `clear`, whoever writes here meets ENOSPC. */
  fill(): void {
    const ballast = openSync(this.#ballast, 'a');
    try {
      for (;;) writeSync(ballast, BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(ballast);
    }
  }

  clear(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', [this.folder]);
    rmSync(this.place, { recursive: true, force: true });
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

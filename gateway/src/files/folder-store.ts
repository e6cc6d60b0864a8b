// Blobs in a folder: `<first two characters>/<blob>/<part>`. Written under a name of its own, brought to the disk, then given the
// name it is read by, and the folders with it.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BlobBytes, BlobPart, BlobStore } from './blob-store.js';
import type { ByteRange } from './byte-range.js';

export class FolderStore implements BlobStore {
  private readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  async put(blob: string, part: BlobPart, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const folder = this.folderOf(blob);
    const unfinished = join(folder, `${part}.${randomUUID()}`);
    try {
      const firstMade = await mkdir(folder, { recursive: true });
      await using(await open(unfinished, 'wx'), async (file) => {
        await writeFile(file, bytes);
        await file.sync();
      });
      await rename(unfinished, join(folder, part));
      await this.syncFolders(folder, firstMade);
    } catch (error) {
      await rm(part === 'file' ? folder : unfinished, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  }

  async read(blob: string, part: BlobPart, range?: ByteRange): Promise<BlobBytes | undefined> {
    const file = await open(join(this.folderOf(blob), part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    const { size } = await file.stat();
    // The stream closes the file.
    return { size, bytes: file.createReadStream(range && { start: range.first, end: range.last }) };
  }

  async remove(blob: string): Promise<void> {
    await rm(this.folderOf(blob), { recursive: true, force: true });
  }

  private folderOf(blob: string): string {
    return join(this.root, blob.slice(0, 2), blob);
  }

  /** From a blob's folder up to the root, and further where folders above it have just been made. */
  private async syncFolders(folder: string, firstMade: string | undefined): Promise<void> {
    const top = firstMade !== undefined && this.root.startsWith(firstMade) ? dirname(firstMade) : this.root;
    for (let each = folder; ; each = dirname(each)) {
      await using(await open(each), (handle) => handle.sync());
      if (each === top) return;
    }
  }
}

async function using(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

// The bytes of the files people sent, in the folder where the gateways keep them: `<first two characters>/<blob>/file`. What else lies there
// (small pictures, what is not finished) is made again when it is needed.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LaunchError } from '@natter/infra/launch-error';

const FILE = 'file';
/** Where a restore puts files until all of them are there; on the same disk, so that they can be moved in one go. */
const UNFINISHED = '.restoring';

/** What the database knows of a file. */
export interface Blob {
  readonly blob: string;
  readonly size: number;
  readonly sha256: string;
}

/** Its path below the folder, and in an archive. */
export const blobPath = (blob: string): string => `${blob.slice(0, 2)}/${blob}/${FILE}`;

/** The bytes of a blob; undefined when they are not there. */
export async function readBlob(root: string, { blob }: Blob): Promise<AsyncIterable<Buffer> | undefined> {
  try {
    return (await open(join(root, blobPath(blob)))).createReadStream();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws LaunchError when something is in the folder; what an earlier restore left unfinished does not count */
export function checkNoFiles(root: string): void {
  const found = existsSync(root)
    ? readdirSync(root).filter((name) => name !== UNFINISHED && name !== 'lost+found')
    : [];
  if (found.length === 0) return;
  throw new LaunchError(
    `There are files in ${root} already: a restore needs an empty folder. Move it away, or set NATTER_FILES_DIR to another.`,
  );
}

/** Files on their way into the folder: put one by one, seen all at once. */
export class BlobRestore {
  readonly #unfinished: string;

  constructor(private readonly root: string) {
    this.#unfinished = join(root, UNFINISHED);
    rmSync(this.#unfinished, { recursive: true, force: true });
    mkdirSync(this.#unfinished, { recursive: true });
  }

  /** @param path as `blobPath` gives it; @throws LaunchError when it is no such path */
  async put(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    if (!/^([0-9a-f]{2})\/\1[0-9a-f-]{34}\/file$/.test(path)) throw new LaunchError(`${path} is no file of Natter.`);
    const place = join(this.#unfinished, path);
    await mkdir(dirname(place), { recursive: true });
    const file = await open(place, 'wx', 0o600);
    try {
      for await (const chunk of bytes) await file.appendFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Brings the folders to the disk and moves them to where gateways look. */
  async finish(): Promise<void> {
    for (const first of readdirSync(this.#unfinished)) {
      for (const blob of readdirSync(join(this.#unfinished, first)))
        await syncFolder(join(this.#unfinished, first, blob));
      await syncFolder(join(this.#unfinished, first));
      renameSync(join(this.#unfinished, first), join(this.root, first));
    }
    this.abandon();
    await syncFolder(this.root);
  }

  abandon(): void {
    rmSync(this.#unfinished, { recursive: true, force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}

// What is written is read again, by us and by any tar; what was changed on the way is not.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArchiveReader } from './archive-reader.js';
import { ArchiveWriter } from './archive-writer.js';

let folder: string;
let whole: string;
const contents: Record<string, string> = { 'a.txt': 'héllo\n', empty: '', 'folder/b.bin': 'x'.repeat(1_500) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-archive-'));
  whole = await write('whole.tar');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string): Promise<string> {
  const archive = await ArchiveWriter.create(join(folder, name));
  for (const [entry, text] of Object.entries(contents)) await archive.add(entry, [Buffer.from(text)]);
  await archive.finish();
  return join(folder, name);
}

async function verify(path: string): Promise<void> {
  const archive = await ArchiveReader.open(path);
  await archive.verify().finally(() => archive.close());
}

describe('an archive', () => {
  it('holds what was put in, for its owner alone, and nothing lies beside it', async () => {
    const archive = await ArchiveReader.open(whole);
    const found: Record<string, string> = {};
    for await (const entry of archive.entries()) found[entry.name] = await archive.text(entry);
    await archive.close();
    expect(found).toEqual({ ...contents, SHA256SUMS: expect.stringMatching(/^([0-9a-f]{64}  \S+\n){3}$/) });
    expect((await stat(whole)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('is what tar and sha256sum understand', async () => {
    const place = await mkdtemp(join(folder, 'unpacked-'));
    execFileSync('tar', ['-xf', whole, '-C', place]);
    expect(await readFile(join(place, 'folder/b.bin'), 'utf8')).toBe(contents['folder/b.bin']);
    expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: place, encoding: 'utf8' })).toMatch(/a\.txt: OK/);
  });

  it('is refused with any byte changed', { timeout: 60_000 }, async () => {
    const bytes = await readFile(whole);
    const damaged = join(folder, 'damaged.tar');
    for (let at = 0; at < bytes.length; at += 113) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0x01;
      await writeFile(damaged, copy);
      await expect(verify(damaged), `byte ${at}`).rejects.toThrow(/is damaged|is cut short|its end is missing/);
    }
    await verify(whole);
  });

  it('is refused wherever it is cut, and with something behind its end', { timeout: 60_000 }, async () => {
    const bytes = await readFile(whole);
    const cut = join(folder, 'cut.tar');
    for (let length = 0; length < bytes.length; length += 512) {
      await writeFile(cut, bytes.subarray(0, length));
      await expect(verify(cut), `${length} bytes`).rejects.toThrow(/is damaged|is cut short|its end is missing/);
    }
    await writeFile(cut, Buffer.concat([bytes, Buffer.alloc(512)]));
    await expect(verify(cut)).rejects.toThrow('is damaged');
  });

  it('is not written into what somebody laid in its way', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await writeFile(elsewhere, 'untouched');
    await symlink(elsewhere, join(folder, `own.tar.${process.pid}.part`));
    await writeFile(join(folder, `own.tar.${process.pid}.part.sums`), '', { mode: 0o644 });
    await verify(await write('own.tar'));
    expect(await readFile(elsewhere, 'utf8')).toBe('untouched');
  });

  it('has its name only when it is finished, and takes nobody’s place', async () => {
    const path = join(folder, 'given-up.tar');
    const archive = await ArchiveWriter.create(path);
    await archive.add('a.txt', [Buffer.from('a')]);
    expect(existsSync(path)).toBe(false);
    await archive.abandon();
    expect((await readdir(folder)).filter((name) => name.startsWith('given-up'))).toEqual([]);
    await expect(ArchiveWriter.create(whole)).rejects.toThrow('is there already');
    await expect(ArchiveWriter.create(join(folder, 'no/such/place.tar'))).rejects.toThrow('cannot be written');
  });
});

// Files: who may send one, its record, who may have it.
import { NatterError } from '@natter/contracts/errors';
import type { beginFile, commitFile, FileRecord, StoredFile } from '@natter/contracts/files';
import type { RequestOf } from '@natter/contracts/rpc';
import type { DataSource } from 'typeorm';
import type { GrantCache } from '../users/grants.js';
import type { FileRow } from './file.entity.js';
import type { FileRepository, UploadRoom } from './file.repository.js';
import type { StrayBlobs } from './stray-blobs.js';

/** A replica that stops in the middle of a commit lets go of what it holds after this. */
const maxPauseMs = 2_000;

export class FileService {
  /** @param quotaBytes what all files of one user may have together */
  constructor(
    private readonly dataSource: DataSource,
    private readonly files: FileRepository,
    private readonly strays: StrayBlobs,
    private readonly grants: Pick<GrantCache, 'require'>,
    private readonly quotaBytes: number,
  ) {}

  /**
   * Lets an upload begin: from now on its blob is known. A file that has this id already is told instead.
   *
   * @throws NatterError `not_found` `not_member` `forbidden` `quota`; `idempotency_mismatch`: the id's file is in another room
   */
  async begin({
    actor,
    room: ref,
    id,
    blob,
    size,
  }: RequestOf<typeof beginFile>): Promise<{ known: StoredFile | null }> {
    const room = await this.admit(ref, actor);
    const known = await this.files.find(id);
    if (known !== undefined) {
      if (known.room !== room.id) throw new NatterError('idempotency_mismatch');
      return { known: toStored(known) };
    }
    this.requireSpace((await this.files.usedBytes(actor)) + size);
    await this.strays.begin(blob);
    return { known: null };
  }

  /**
   * Makes the record of a blob whose bytes are durable. Idempotent on `id`: the same file again gets the record there is.
   *
   * @throws NatterError as `begin`; `gone`: it took too long, and the bytes are being removed
   */
  async commit({ actor, room: ref, ...file }: RequestOf<typeof commitFile>): Promise<FileRecord> {
    const room = await this.admit(ref, actor);
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL idle_in_transaction_session_timeout = ${maxPauseMs}`);
      await this.files.holdUploader(manager, actor);
      const known = await this.files.find(file.id, manager);
      if (known !== undefined) {
        if (known.room !== room.id || known.sha256 !== file.sha256 || known.name !== file.name)
          throw new NatterError('idempotency_mismatch');
        return { ...toStored(known), blob: known.blob };
      }
      if (!(await this.files.holdMember(manager, room.id, actor))) throw notMember(room);
      this.requireSpace((await this.files.usedBytes(actor, manager)) + file.size);
      if (!(await this.strays.adopt(manager, file.blob))) throw new NatterError('gone');
      await this.files.insert(manager, { ...file, room: room.id, uploader: actor });
      return file;
    });
  }

  /** @throws NatterError `not_found`, also for what `actor` may not have */
  async get({ actor, id }: { actor: string; id: string }): Promise<FileRecord> {
    const file = await this.files.visible(id, actor);
    if (file === undefined) throw new NatterError('not_found');
    return file;
  }

  /** The room, for somebody who may send files to it. */
  private async admit(ref: string, actor: string): Promise<UploadRoom> {
    const room = await this.files.room(ref, actor);
    if (room === undefined) throw new NatterError('not_found');
    if (!room.is_member) throw notMember(room);
    await this.grants.require(actor, 'send_files');
    return room;
  }

  private requireSpace(bytes: number): void {
    if (bytes <= this.quotaBytes) return;
    const detail = `your files may have ${this.quotaBytes} bytes together; delete messages with files to make room`;
    throw new NatterError('quota', { detail });
  }
}

const notMember = ({ visibility }: UploadRoom): NatterError =>
  visibility === 'public'
    ? new NatterError('not_member', { detail: 'files go to rooms you are a member of: join this one first' })
    : new NatterError('not_found');

const toStored = ({ id, name, size, type, sha256 }: FileRow): StoredFile => ({ id, name, size, type, sha256 });

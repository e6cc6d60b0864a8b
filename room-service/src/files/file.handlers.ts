import { beginFile, claimStrayBlobs, commitFile, dropBlob, forgetStrayBlobs, getFile } from '@natter/contracts/files';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { FileService } from './file.service.js';
import { StrayBlobs } from './stray-blobs.js';

@Controller()
export class FileHandlers {
  constructor(
    private readonly files: FileService,
    private readonly strays: StrayBlobs,
  ) {}

  @MessagePattern(beginFile.subject)
  begin(
    @Payload({ schema: beginFile.request }) request: RequestOf<typeof beginFile>,
  ): Promise<ReplyOf<typeof beginFile>> {
    return this.files.begin(request);
  }

  @MessagePattern(commitFile.subject)
  commit(
    @Payload({ schema: commitFile.request }) request: RequestOf<typeof commitFile>,
  ): Promise<ReplyOf<typeof commitFile>> {
    return this.files.commit(request);
  }

  @MessagePattern(getFile.subject)
  get(@Payload({ schema: getFile.request }) request: RequestOf<typeof getFile>): Promise<ReplyOf<typeof getFile>> {
    return this.files.get(request);
  }

  @MessagePattern(claimStrayBlobs.subject)
  async claim(
    @Payload({ schema: claimStrayBlobs.request }) { limit }: RequestOf<typeof claimStrayBlobs>,
  ): Promise<ReplyOf<typeof claimStrayBlobs>> {
    return { blobs: await this.strays.claim(limit) };
  }

  @MessagePattern(forgetStrayBlobs.subject)
  async forget(
    @Payload({ schema: forgetStrayBlobs.request }) { blobs }: RequestOf<typeof forgetStrayBlobs>,
  ): Promise<ReplyOf<typeof forgetStrayBlobs>> {
    await this.strays.forget(blobs);
    return {};
  }

  @MessagePattern(dropBlob.subject)
  async drop(
    @Payload({ schema: dropBlob.request }) { blob }: RequestOf<typeof dropBlob>,
  ): Promise<ReplyOf<typeof dropBlob>> {
    await this.strays.drop(blob);
    return {};
  }
}

import { createRoom, deleteRoom, getRoom, listMyRooms, patchRoom, searchRooms } from '@natter/contracts/rooms';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { RoomService } from './room.service.js';

@Controller()
export class RoomHandlers {
  constructor(private readonly rooms: RoomService) {}

  @MessagePattern(createRoom.subject)
  create(
    @Payload({ schema: createRoom.request }) request: RequestOf<typeof createRoom>,
  ): Promise<ReplyOf<typeof createRoom>> {
    return this.rooms.create(request);
  }

  @MessagePattern(listMyRooms.subject)
  mine(
    @Payload({ schema: listMyRooms.request }) request: RequestOf<typeof listMyRooms>,
  ): Promise<ReplyOf<typeof listMyRooms>> {
    return this.rooms.mine(request);
  }

  @MessagePattern(getRoom.subject)
  get(@Payload({ schema: getRoom.request }) request: RequestOf<typeof getRoom>): Promise<ReplyOf<typeof getRoom>> {
    return this.rooms.get(request);
  }

  @MessagePattern(patchRoom.subject)
  patch(
    @Payload({ schema: patchRoom.request }) request: RequestOf<typeof patchRoom>,
  ): Promise<ReplyOf<typeof patchRoom>> {
    return this.rooms.patch(request);
  }

  @MessagePattern(deleteRoom.subject)
  async delete(
    @Payload({ schema: deleteRoom.request }) request: RequestOf<typeof deleteRoom>,
  ): Promise<ReplyOf<typeof deleteRoom>> {
    await this.rooms.delete(request);
    return {};
  }

  @MessagePattern(searchRooms.subject)
  search(
    @Payload({ schema: searchRooms.request }) request: RequestOf<typeof searchRooms>,
  ): Promise<ReplyOf<typeof searchRooms>> {
    return this.rooms.search(request);
  }
}

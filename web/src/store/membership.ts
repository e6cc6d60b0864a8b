// Which rooms one is in: making, joining and leaving them, and being told of it.
import type { ChatClient } from '@natter/client/chat-client';
import type { Rest } from '@natter/client/rest';
import type { RoomView } from '@natter/contracts/events';
import type { CreateRoomBody } from '@natter/contracts/rooms';
import { type ChatState, withEntry } from './chat-state.js';
import { titleOf } from './room-view.js';
import type { Store } from './store.js';

const reasons: Record<string, (title: string) => string> = {
  kicked: (title) => `You were removed from ${title}.`,
  banned: (title) => `You were banned from ${title}.`,
  deleted: (title) => `${title} was deleted.`,
  gone: (title) => `You are not in ${title} any more.`,
};

export interface MembershipOptions {
  store: Store<ChatState>;
  client: ChatClient;
  rest: Rest;
  notice: (text: string) => void;
  /** Nothing of a room is held any more. */
  drop: (room: string) => void;
}

export class Membership {
  readonly #options: MembershipOptions;
  /** Rooms being looked up. */
  readonly #unknown = new Set<string>();
  /** Rooms being left or deleted here: that they are gone then is no news. */
  readonly #leaving = new Set<string>();

  constructor(options: MembershipOptions) {
    this.#options = options;
    options.client.on('room_added', (room) => this.#set(room));
    options.client.on('room_removed', ({ room, reason }) => this.#onRemoved(room, reason));
  }

  async create(body: Partial<CreateRoomBody> & { name: string }): Promise<RoomView> {
    return this.#entered(await this.#options.rest.createRoom(body));
  }

  async join(room: string, invite?: string): Promise<RoomView> {
    return this.#entered(await this.#options.rest.joinRoom(room, invite));
  }

  /** The conversation with somebody, new or not. */
  async openDm(user: string): Promise<RoomView> {
    return this.#entered(await this.#options.rest.openDm(user));
  }

  leave(room: string): Promise<void> {
    return this.#leave(room, () => this.#options.rest.leaveRoom(room));
  }

  delete(room: string): Promise<void> {
    return this.#leave(room, () => this.#options.rest.deleteRoom(room));
  }

  /** A room known by an event only: its `room_added` was lost on the way. */
  async find(room: string): Promise<void> {
    if (this.#unknown.has(room)) return;
    this.#unknown.add(room);
    try {
      const found = await this.#options.rest.room(room);
      if (found.role) this.#set(found);
    } catch {
      // left again, or deleted: nothing to show
    } finally {
      this.#unknown.delete(room);
    }
  }

  #entered(room: RoomView): RoomView {
    this.#options.client.enter(room);
    if (!this.#options.store.state.rooms.has(room.id)) this.#set(room);
    return room;
  }

  async #leave(room: string, leave: () => Promise<void>): Promise<void> {
    this.#leaving.add(room);
    try {
      await leave();
      this.#options.drop(room);
    } finally {
      this.#leaving.delete(room);
    }
  }

  #onRemoved(room: string, reason: string): void {
    const view = this.#options.store.state.rooms.get(room);
    this.#options.drop(room);
    if (!view || this.#leaving.has(room)) return;
    const words = reasons[reason]?.(titleOf(view));
    if (words) this.#options.notice(words);
  }

  #set(room: RoomView): void {
    const { store } = this.#options;
    store.set({ rooms: withEntry(store.state.rooms, room.id, room) });
  }
}

// Rooms: making, finding, changing and deleting them.
import { randomUUID } from 'node:crypto';
import type { Page } from '@natter/contracts/common';
import { type FieldError, NatterError } from '@natter/contracts/errors';
import type { RoomDetails, RoomView, User } from '@natter/contracts/events';
import { fold } from '@natter/contracts/fold';
import { CleanText } from '@natter/contracts/ids';
import type { CreateRoomBody, PatchRoomBody } from '@natter/contracts/rooms';
import { isUniqueViolation } from '@natter/service-kit/database-errors';
import { CursorTime, decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import { allow, notInDm, roleOf } from '../members/allowed.js';
import type { MemberRepository } from '../members/member.repository.js';
import { requirePlace } from '../members/room-limit.js';
import type { NoticeOutbox } from '../notices/notice-outbox.js';
import type { GrantCache } from '../users/grants.js';
import type { UserService } from '../users/user.service.js';
import type { RoomChange, RoomPatch } from './room-change.js';
import type { RoomChanges } from './room-changes.js';
import type { RoomRepository } from './room.repository.js';
import { toRoomDetails, toRoomView } from './room-view.js';

interface Asked {
  actor: string;
  room: string;
}

interface PageAsked {
  actor: string;
  limit: number;
  cursor?: string | undefined;
}

const mineCursor = z.object({ ts: CursorTime, id: z.uuid() });
const searchCursor = z.object({ name: CleanText, id: z.uuid() });

export class RoomService {
  constructor(
    private readonly rooms: RoomRepository,
    private readonly members: MemberRepository,
    private readonly changes: RoomChanges,
    private readonly users: UserService,
    private readonly grants: GrantCache,
    private readonly notices: NoticeOutbox,
  ) {}

  /**
   * Makes a room with `actor` as its owner; the members named are in it from the start, and are told. With an `id` it may be
   * repeated: the room that `actor` has made with it is the answer.
   *
   * @throws NatterError `forbidden` without the grant, `name_taken`, `invalid` naming members that do not exist, `quota`
   */
  async create(request: CreateRoomBody & { actor: string; id?: string | undefined }): Promise<{ room: RoomDetails }> {
    await this.grants.require(request.actor, 'create_room');
    if (request.members.length > 0) await this.grants.require(request.actor, 'invite_members');
    const owner = await this.users.actor(request.actor);
    const others = await this.named(request.members, owner);
    const room = {
      id: request.id ?? randomUUID(),
      kind: 'room' as const,
      name: request.name,
      title: request.title ?? '',
      topic: request.topic ?? '',
      visibility: request.visibility,
      history: request.history,
      members_can_invite: request.members_can_invite,
      owner: owner.id,
    };
    try {
      await this.changes.create(room, (change) => this.fill(change, owner, others));
    } catch (error) {
      if (!isUniqueViolation(error, 'rooms_pkey') && !isUniqueViolation(error, 'rooms_name_key')) throw error;
      const made = await this.rooms.find(room.id, owner.id);
      if (made?.owner !== owner.id) throw new NatterError('name_taken');
      return { room: toRoomDetails(made) };
    }
    if (others.length > 0) this.notices.soon();
    return this.get({ actor: owner.id, room: room.id });
  }

  /** A page of `actor`'s rooms, the one joined first first: what happens in them moves none. @throws NatterError `invalid` for a bad cursor */
  async mine(request: PageAsked): Promise<Page<RoomView>> {
    const after = decodeCursor(mineCursor, request.cursor);
    const rows = await this.rooms.mine(request.actor, after, request.limit + 1);
    return pageOf(rows, request.limit, toRoomView, ({ joined_at, id }) => ({ ts: joined_at.toISOString(), id }));
  }

  /** A room as `actor` sees it. @throws NatterError `not_found`, also for a private room of others */
  async get({ actor, room }: Asked): Promise<{ room: RoomDetails }> {
    const row = await this.rooms.find(room, actor);
    if (row === undefined) throw new NatterError('not_found');
    return { room: toRoomDetails(row) };
  }

  /** Public rooms and those of `actor`, by name or title; compared as `fold` has them, no character is special. */
  async search(request: PageAsked & { q: string }): Promise<Page<RoomView>> {
    const after = decodeCursor(searchCursor, request.cursor);
    const text = fold(request.q);
    if (text === '') return { items: [], next: null };
    const rows = await this.rooms.search(request.actor, text, after, request.limit + 1);
    return pageOf(rows, request.limit, toRoomView, ({ name, id }) => ({ name: name ?? '', id }));
  }

  /** Changes a room. What is as it was makes no event. @throws NatterError `not_found` `not_member` `forbidden` `name_taken` */
  async patch({ actor, room: ref, ...body }: PatchRoomBody & Asked): Promise<{ room: RoomDetails }> {
    const by = await this.users.actor(actor);
    try {
      const id = await this.changes.change(ref, async (change) => {
        const { room } = change;
        const role = await roleOf(this.members, change, actor);
        notInDm(change, 'has no settings but the preferences of each');
        allow(role === 'member' && 'only admins and the owner of the room change it');
        if (differs(room, body)) {
          Object.assign(room, defined(body));
          change.showRoom(by);
        }
        return room.id;
      });
      return await this.get({ actor, room: id });
    } catch (error) {
      throw isUniqueViolation(error, 'rooms_name_key') ? new NatterError('name_taken') : error;
    }
  }

  /** Deletes a room with all that was said in it. @throws NatterError `forbidden` but for the owner; `not_found` `not_member` */
  async delete({ actor, room: ref }: Asked): Promise<void> {
    await this.changes.change(ref, async (change) => {
      const role = await roleOf(this.members, change, actor);
      notInDm(change, 'cannot be deleted');
      allow(role !== 'owner' && 'only the owner deletes a room');
      await this.rooms.delete(change.manager, change.room);
      change.deletedBy = actor;
    });
  }

  /** The users named, each once, without the owner. */
  private async named(ids: readonly string[], owner: User): Promise<User[]> {
    const wanted = [...new Set(ids)].filter((id) => id !== owner.id);
    if (wanted.length === 0) return [];
    const found = await this.users.find(wanted);
    const fields = ids.flatMap((id, i): FieldError[] =>
      found.has(id) || id === owner.id ? [] : [{ field: `members.${i}`, code: 'not_found' }],
    );
    if (fields.length > 0) throw new NatterError('invalid', { detail: 'members: ids of accounts that exist', fields });
    return [...found.values()];
  }

  private async fill(change: RoomChange, owner: User, others: readonly User[]): Promise<void> {
    const ids = [owner, ...others].map(({ id }) => id);
    await requirePlace(this.members, change.manager, ids);
    if (await this.rooms.isBuried(change.manager, change.room.id))
      throw new NatterError('unavailable', { retryAfterMs: 1_000 });
    change.addMember(owner, 'owner', 'joined', owner);
    for (const user of others) change.addMember(user, 'member', 'added', owner);
    await this.members.insert(change);
    await this.notices.add(change, owner);
  }
}

/** Without the fields that were not given. */
const defined = (body: PatchRoomBody): RoomPatch =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

const differs = (room: RoomChange['room'], body: PatchRoomBody): boolean =>
  Object.entries(defined(body)).some(([key, value]) => room[key as keyof RoomPatch] !== value);

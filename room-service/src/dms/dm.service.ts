// Direct conversations: a room of two without a name and an owner, one for any two people.
import { randomUUID } from 'node:crypto';
import { NatterError } from '@natter/contracts/errors';
import type { RoomDetails, User } from '@natter/contracts/events';
import { isUniqueViolation } from '@natter/service-kit/database-errors';
import type { MemberRepository } from '../members/member.repository.js';
import { requirePlace } from '../members/room-limit.js';
import type { NoticeOutbox } from '../notices/notice-outbox.js';
import type { RoomChange } from '../rooms/room-change.js';
import type { RoomChanges } from '../rooms/room-changes.js';
import type { RoomService } from '../rooms/room.service.js';
import type { UserService } from '../users/user.service.js';
import type { DmRepository } from './dm.repository.js';

export class DmService {
  constructor(
    private readonly dms: DmRepository,
    private readonly members: MemberRepository,
    private readonly rooms: RoomService,
    private readonly changes: RoomChanges,
    private readonly users: UserService,
    private readonly notices: NoticeOutbox,
  ) {}

  /**
   * Opens the conversation of two people: the one they have, or a new one, into which the other is added and told.
   *
   * @throws NatterError `not_found`: there is no such user; `invalid`: it is oneself; `quota`: one of them is in too many rooms
   */
  async open({ actor, user }: { actor: string; user: string }): Promise<{ room: RoomDetails; created: boolean }> {
    if (user === actor)
      throw new NatterError('invalid', {
        detail: 'user: the id of somebody else',
        fields: [{ field: 'user', code: 'invalid' }],
      });
    const [by, target] = await Promise.all([this.users.actor(actor), this.users.named('user', user)]);
    const other = target();
    const known = await this.dms.find(by.id, other.id);
    const made = known === undefined && (await this.create(by, other));
    const room = known ?? (made || (await this.dms.find(by.id, other.id)));
    if (room === undefined) throw new NatterError('unavailable', { retryAfterMs: 1_000 });
    return { ...(await this.rooms.get({ actor, room })), created: made !== false };
  }

  /** @returns the new room's id; false when somebody was quicker */
  private async create(by: User, other: User): Promise<string | false> {
    const id = randomUUID();
    try {
      await this.changes.create(
        {
          id,
          kind: 'dm',
          name: null,
          title: '',
          topic: '',
          visibility: 'private',
          history: 'all',
          members_can_invite: false,
          owner: null,
        },
        (change) => this.fill(change, by, other),
      );
    } catch (error) {
      if (isUniqueViolation(error, 'dms_pkey')) return false;
      throw error;
    }
    this.notices.soon();
    return id;
  }

  private async fill(change: RoomChange, by: User, other: User): Promise<void> {
    await this.dms.insert(change, by.id, other.id);
    await requirePlace(this.members, change.manager, [by.id, other.id]);
    change.addMember(by, 'member', 'joined', by);
    change.addMember(other, 'member', 'added', by);
    await this.members.insert(change);
    await this.notices.add(change, by);
  }
}

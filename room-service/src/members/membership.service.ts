// The rooms of many users at once: what ws-gateways ask when sockets open, and when they sweep.
import type { Membership } from '@natter/contracts/rooms';
import type { Statement } from '@natter/service-kit/named-statement';
import type { Statements } from '../database/statements.js';
import { type RoomViewRow, roomViewColumns, toMembership } from '../rooms/room-view.js';

const membershipsOf: Statement = {
  name: 'memberships',
  text: `SELECT m.usr, ${roomViewColumns}
         FROM members m JOIN rooms r ON r.id = m.room JOIN heads h ON h.room = m.room
         WHERE m.usr = ANY ($1::uuid[])`,
};

/** JSON of one membership is at most about this long: ids, a title of 100 characters, numbers. */
const membershipBytes = 700;

export class MembershipService {
  /** @param maxReplyBytes what an answer may hold; one user's rooms always fit */
  constructor(
    private readonly statements: Pick<Statements, 'run'>,
    private readonly maxReplyBytes: () => number,
  ) {}

  /**
   * Rooms of each of the users, in the order asked; one statement for all. Users for whom the answer has no more room are left
   * out, and are to be asked for again.
   */
  async of(users: readonly string[]): Promise<{ user: string; rooms: Membership[] }[]> {
    const rows = await this.statements.run<RoomViewRow & { usr: string }>(membershipsOf, [users]);
    const byUser = new Map<string, Membership[]>(users.map((user) => [user, []]));
    for (const row of rows) byUser.get(row.usr)?.push(toMembership(row));
    let left = Math.floor(this.maxReplyBytes() / membershipBytes);
    const answer: { user: string; rooms: Membership[] }[] = [];
    for (const [user, rooms] of byUser) {
      if (answer.length > 0 && rooms.length + 1 > left) break;
      left -= rooms.length + 1;
      answer.push({ user, rooms });
    }
    return answer;
  }
}

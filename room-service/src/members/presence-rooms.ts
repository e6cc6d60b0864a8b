// In which rooms a user's presence is shown: asked when it changes, by the session-service, a few times a second for many users.
import { limits } from '@natter/contracts/limits';
import type { Statement } from '@natter/service-kit/named-statement';
import type { Statements } from '../database/statements.js';

const presenceRooms: Statement = {
  name: 'presence-rooms',
  text: `SELECT m.usr, m.room
         FROM members m JOIN rooms r ON r.id = m.room
         WHERE m.usr = ANY ($1::uuid[]) AND (r.members <= $2 OR r.kind = 'dm')`,
};

/** One id in JSON. */
const idBytes = 39;

export class PresenceRooms {
  /** @param maxReplyBytes what an answer may hold; one user's rooms always fit */
  constructor(
    private readonly statements: Pick<Statements, 'run'>,
    private readonly maxReplyBytes: () => number,
  ) {}

  /** Each of the users with their rooms, in the order asked. Users for whom the answer has no more room are left out. */
  async of(users: readonly string[]): Promise<{ user: string; rooms: string[] }[]> {
    const rows = await this.statements.run<{ usr: string; room: string }>(presenceRooms, [
      users,
      limits.presenceRoomMembers,
    ]);
    const byUser = new Map<string, string[]>(users.map((user) => [user, []]));
    for (const { usr, room } of rows) byUser.get(usr)?.push(room);
    let left = Math.floor(this.maxReplyBytes() / idBytes);
    const answer: { user: string; rooms: string[] }[] = [];
    for (const [user, rooms] of byUser) {
      left -= rooms.length + 2;
      if (answer.length > 0 && left < 0) break;
      answer.push({ user, rooms });
    }
    return answer;
  }
}

// Pages of what belongs to a room, read together with the asker's place in it, in one statement: for somebody who has been removed
// nothing is read.
import { NatterError } from '@natter/contracts/errors';
import type { Role } from '@natter/contracts/events';
import { isRoomId } from '@natter/contracts/ids';
import type { DataSource } from 'typeorm';

interface AskerPage<Item> {
  room: string;
  role: Role;
  /** As JSON has them: numbers, and times as text. */
  items: Item[];
}

/**
 * @param room id or name
 * @param items a query of the page's rows, which may speak of the room `r`, of the asker `a` (a row of `members`), and of `values`
 *   from $3 on
 * @throws NatterError `not_found` `not_member`
 */
export async function askerPage<Item>(
  dataSource: DataSource,
  room: string,
  asker: string,
  items: string,
  values: unknown[],
): Promise<AskerPage<Item>> {
  const [row]: { id: string; visibility: string; role: Role | null; items: Item[] | null }[] = await dataSource.query(
    `SELECT r.id, r.visibility, a.role,
            CASE WHEN a.usr IS NOT NULL THEN (SELECT json_agg(i) FROM (${items}) i) END AS items
     FROM rooms r LEFT JOIN members a ON a.room = r.id AND a.usr = $2
     WHERE ${isRoomId(room) ? 'r.id = $1' : 'r.name = $1'}`,
    [room, asker, ...values],
  );
  if (row?.role == null) throw new NatterError(row?.visibility === 'public' ? 'not_member' : 'not_found');
  return { room: row.id, role: row.role, items: row.items ?? [] };
}

/** A user as JSON, of the columns of `users`, under whatever name they stand there; names of a late copy are empty. */
export const userJson = (id: string, user: string): string =>
  `json_build_object('id', ${id}, 'username', coalesce(${user}.username, ''),
                     'display_name', coalesce(${user}.display_name, ''), 'avatar', ${user}.avatar)`;

// What is there at the end: the rows of the log as PostgreSQL holds them, and what members are shown by REST.
import type { LogEvent } from '@natter/contracts/events';
import { seen, type SeenEvent } from './history.js';
import type { Reading, Truth } from './history-checker.js';
import type { Person } from './person.js';
import type { Site } from './site.js';

interface Page {
  items: LogEvent[];
  last_seq: number;
  more: boolean;
}

/**
 * Reads everything about some rooms.
 *
 * @param readers members of all of them; the first pages through events, the second through messages
 */
export async function readTruth(
  site: Pick<Site, 'query'>,
  rooms: readonly string[],
  readers: [Person, Person],
): Promise<Truth> {
  const readings = await Promise.all(
    rooms.map(async (room): Promise<Reading[]> => {
      const [first, second] = readers;
      return [
        { by: first.username, room, shows: 'all', events: await readPages(first, `/api/rooms/${room}/events`) },
        {
          by: second.username,
          room,
          shows: 'messages',
          events: await readPages(second, `/api/rooms/${room}/messages`),
        },
      ];
    }),
  );
  return { log: await readLog(site, rooms), readings: readings.flat() };
}

/** All pages, from the first event on. */
export async function readPages(reader: Person, path: string): Promise<SeenEvent[]> {
  const events: LogEvent[] = [];
  for (let after = 0; ; ) {
    const { status, body, text } = await reader.api.get<Page>(`${path}?after=${after}&limit=100`);
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    events.push(...body.items);
    after = body.items.at(-1)?.seq ?? after;
    if (!body.more || body.items.length === 0) return events.map(seen);
  }
}

interface LogRow {
  room: string;
  seq: number;
  type: string;
  ts: Date;
  sender: string;
  id: string | null;
  payload: string;
}

interface Payload {
  body?: string;
  target?: number;
  user?: { id: string };
  change?: string;
}

/** The rows of the rooms' logs. */
async function readLog(site: Pick<Site, 'query'>, rooms: readonly string[]): Promise<SeenEvent[]> {
  const rows = await site.query<LogRow>(
    'natter_rooms',
    'SELECT room, seq::int, type, ts, sender, id, payload FROM log WHERE room = ANY ($1)',
    [rooms],
  );
  return rows.map(({ room, seq, type, ts, sender, id, payload }) => {
    const { body, target, user, change } = JSON.parse(payload) as Payload;
    return {
      room,
      seq,
      type,
      ts: ts.toISOString(),
      sender,
      ...(id !== null && type === 'message' ? { id } : {}),
      ...(body === undefined ? {} : { body }),
      ...(target === undefined ? {} : { target }),
      ...(user === undefined ? {} : { target: user.id }),
      ...(change === undefined ? {} : { change }),
    };
  });
}

// All that people can see of an installation by REST, as text: equal before and after means that nothing is missing and nothing else.
import { createHash } from 'node:crypto';
import type { Person } from '../harness/person.js';
import { download } from '../harness/uploads.js';

interface Page {
  items: { seq?: number }[];
  more?: boolean;
  next?: string | null;
}

/** Who is connected is not what a backup holds. */
const FLEETING = new Set(['status', 'last_seen']);

/**
 * Accounts, rooms with what is unread, members with their cursors, preferences, notifications, every event and every message of every
 * room, and the bytes of files.
 *
 * @param people whose rooms and notifications; the logs are read by the first, who is in all rooms
 * @param files ids, of the first's
 */
export async function fingerprint(people: readonly Person[], files: readonly string[]): Promise<string> {
  const [first] = people;
  if (!first) throw new Error('nobody looks');
  const seen: unknown[] = [];
  for (const person of people) {
    const rooms = await itemsOf(person, '/api/rooms');
    seen.push(await bodyOf(person, '/api/auth/me'), rooms, await itemsOf(person, '/api/notifications?limit=100'));
    for (const { id } of rooms as { id: string }[])
      seen.push(await itemsOf(person, `/api/rooms/${id}/members?limit=100`));
  }
  for (const { id } of (await itemsOf(first, '/api/rooms')) as { id: string }[]) {
    for (const what of ['events', 'messages']) seen.push(await logOf(first, `/api/rooms/${id}/${what}`));
  }
  for (const id of files) {
    const { status, headers, bytes } = await download(first, id);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    seen.push({ id, status, type: headers.get('content-type'), bytes: bytes.length, sha256 });
  }
  return JSON.stringify(seen, (key, value: unknown) => (FLEETING.has(key) ? undefined : value), 1);
}

/** Where two of them part, with a few lines of each; undefined when they are equal. */
export function difference(before: string, after: string): string | undefined {
  if (before === after) return undefined;
  const [old, now] = [before.split('\n'), after.split('\n')];
  const parting = old.findIndex((text, n) => text !== now[n]);
  const line = parting < 0 ? old.length : parting; // the one goes on where the other ends
  const around = (lines: readonly string[]): string => lines.slice(Math.max(0, line - 3), line + 3).join('\n');
  return `line ${line + 1} of ${old.length} was\n${around(old)}\nand is\n${around(now)}`;
}

async function bodyOf(person: Person, path: string): Promise<unknown> {
  const { status, text, body } = await person.api.get(path);
  if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
  return body;
}

/** All pages of a list. */
async function itemsOf(person: Person, path: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let cursor = ''; ; ) {
    const page = (await bodyOf(person, `${path}${cursor}`)) as Page;
    items.push(...page.items);
    if (!page.next) return items;
    cursor = `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(page.next)}`;
  }
}

async function logOf(person: Person, path: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let after = 0; ; ) {
    const page = (await bodyOf(person, `${path}?after=${after}&limit=100`)) as Page;
    items.push(...page.items);
    after = page.items.at(-1)?.seq ?? after;
    if (!page.more || page.items.length === 0) return items;
  }
}

// Search for messages: what may be seen and holds the words, compared with what the log says now.
import { NatterError } from '@natter/contracts/errors';
import type { Page } from '@natter/contracts/common';
import type { MessageEvent } from '@natter/contracts/events';
import { fold } from '@natter/contracts/fold';
import type { searchMessages } from '@natter/contracts/messages';
import type { RequestOf } from '@natter/contracts/rpc';
import { CursorTime, decodeCursor, encodeCursor } from '@natter/service-kit/paging';
import { z } from 'zod';
import { eventJson } from '../log/payload.js';
import type { RoomRepository } from '../rooms/room.repository.js';
import { gramsOf } from './grams.js';
import type { SearchPlace, SearchRepository } from './search.repository.js';

const placeCursor = z.object({ ts: CursorTime, room: z.uuid(), seq: z.number().int().min(0) });

export class SearchService {
  /** @param maxReplyBytes what an answer may hold; a page ends before it would be more */
  constructor(
    private readonly repository: SearchRepository,
    private readonly rooms: Pick<RoomRepository, 'find'>,
    private readonly maxReplyBytes: () => number,
  ) {}

  /** Messages with a text, the newest first. @throws NatterError `not_found` `not_member` of the room; `invalid` for a bad cursor */
  async messages(asked: RequestOf<typeof searchMessages>): Promise<Page<MessageEvent>> {
    const after = decodeCursor(placeCursor, asked.cursor);
    const room = asked.room === undefined ? undefined : await this.roomOf(asked.room, asked.actor);
    const text = fold(asked.q);
    // Nothing but marks: they are taken off everything, so this is nowhere.
    if (text === '') return { items: [], next: null };
    const { events, end } = await this.repository.messages({
      actor: asked.actor,
      text,
      grams: [...gramsOf([text])],
      room,
      from: asked.from,
      beforeTs: asked.before_ts,
      after,
      limit: asked.limit + 1,
    });
    const items: MessageEvent[] = [];
    let bytes = 0;
    let last: SearchPlace | undefined;
    for (const event of events.slice(0, asked.limit)) {
      const json = eventJson(event);
      bytes += Buffer.byteLength(json);
      if (bytes > this.maxReplyBytes() && last !== undefined) return { items, next: encodeCursor(last) };
      const { ts, room: found, seq } = event;
      last = { ts, room: found, seq };
      const message = JSON.parse(json) as MessageEvent;
      // Edited or deleted a moment ago: the copy that was looked through follows.
      if (message.type === 'message' && fold(message.body ?? '').includes(text)) items.push(message);
    }
    const next = events.length > asked.limit ? last : end;
    return { items, next: next === undefined ? null : encodeCursor(next) };
  }

  private async roomOf(ref: string, actor: string): Promise<string> {
    const room = await this.rooms.find(ref, actor);
    if (room === undefined) throw new NatterError('not_found');
    if (room.role === null) throw new NatterError('not_member');
    return room.id;
  }
}

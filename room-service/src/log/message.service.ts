// Messages and the raw log by REST: sending one, reading a page.
import { NatterError } from '@natter/contracts/errors';
import type { LogEvent, MessageEvent } from '@natter/contracts/events';
import { isRoomId } from '@natter/contracts/ids';
import type {
  AppendItem,
  deleteMessage,
  editMessage,
  EventPage,
  MessagePage,
  sendMessage,
  Stored,
} from '@natter/contracts/messages';
import type { RequestOf } from '@natter/contracts/rpc';
import { bodyProblem } from '@natter/contracts/text';
import type { RoomRepository } from '../rooms/room.repository.js';
import type { Appender } from './append.js';
import { type Placed, stored } from './outcomes.js';
import type { LogRepository, MemberPage, MemberPageQuery } from './log.repository.js';
import { eventJson, type PlacedEvent } from './payload.js';

interface PageAsked {
  actor: string;
  room: string;
  limit: number;
}

export class MessageService {
  /** @param maxReplyBytes what an answer may hold; a page ends before it would be more */
  constructor(
    private readonly appender: Pick<Appender, 'append'>,
    private readonly log: LogRepository,
    private readonly rooms: Pick<RoomRepository, 'idOf'>,
    private readonly maxReplyBytes: () => number,
  ) {}

  /** Stores a message, as frame `send` does. @throws NatterError as `send`; `unavailable`: it may be stored */
  async send(request: RequestOf<typeof sendMessage>): Promise<Stored> {
    const { actor, username, id, body, thread, reply_to, files, meta } = request;
    const problem = bodyProblem(body, files?.length);
    if (problem !== undefined) throw new NatterError(problem);
    const room = await this.roomOf(request.room);
    const result = await this.append({
      ref: 0,
      room,
      sender: actor,
      username,
      id,
      body,
      ...(typeof thread === 'number' && { thread }),
      ...(typeof reply_to === 'number' && { reply_to }),
      ...(files && { files }),
      ...(meta && { meta }),
    });
    return { id, room, seq: result.seq, ts: result.ts, ...(result.dup && { dup: true }) };
  }

  /** Gives a message a new text, as frame `edit` does. @returns the message as it is then @throws NatterError as `edit` */
  async edit(request: RequestOf<typeof editMessage>): Promise<MessageEvent> {
    const { actor, username, id, target, body } = request;
    const problem = bodyProblem(body);
    if (problem !== undefined) throw new NatterError(problem);
    const room = await this.roomOf(request.room);
    await this.append({ type: 'edit', ref: 0, room, sender: actor, username, id, target, body });
    const { items } = await this.listMessages({ actor, room, after: target - 1, limit: 1 });
    if (items[0]?.seq !== target || items[0].deleted) throw new NatterError('gone');
    return items[0];
  }

  /** Deletes a message, as frame `delete` does. @throws NatterError as `delete` */
  async delete(request: RequestOf<typeof deleteMessage>): Promise<void> {
    const { actor, username, id, target } = request;
    const room = await this.roomOf(request.room);
    await this.append({ type: 'delete', ref: 0, room, sender: actor, username, id, target });
  }

  /**
   * A page of messages, ascending: after `after`, before `before`, or the newest. `more`: there are further ones on that side.
   * With `thread`, what was said in that thread; its root is not among it.
   *
   * @throws NatterError `not_found` `not_member`
   */
  async listMessages(
    asked: PageAsked & { before?: number | undefined; after?: number | undefined; thread?: number | undefined },
  ): Promise<MessagePage> {
    const { after = 0, before = Number.MAX_SAFE_INTEGER } = asked;
    const from = asked.after === undefined ? 'newest' : 'oldest';
    return this.read<MessageEvent>({
      ...asked,
      after,
      before,
      from,
      show: asked.thread === undefined ? 'messages' : 'thread',
    });
  }

  /** A page of the raw log after a seq, as the socket would replay it. @throws NatterError `not_found` `not_member` */
  async listEvents(asked: PageAsked & { after: number }): Promise<EventPage> {
    return this.read<LogEvent>({ ...asked, before: Number.MAX_SAFE_INTEGER, from: 'oldest', show: 'events' });
  }

  private async roomOf(ref: string): Promise<string> {
    const room = isRoomId(ref) ? ref : await this.rooms.idOf(ref);
    if (room === undefined) throw new NatterError('not_found');
    return room;
  }

  private async append(item: AppendItem): Promise<Placed> {
    return stored(await this.appender.append(item));
  }

  private async read<Event>(query: MemberPageQuery): Promise<{ items: Event[]; last_seq: number; more: boolean }> {
    const page = readable(await this.log.memberPage({ ...query, limit: query.limit + 1 }));
    const shown = fitting(page.events, query, this.maxReplyBytes());
    return {
      items: shown.map((json) => JSON.parse(json) as Event),
      last_seq: page.lastSeq,
      more: shown.length < page.events.length,
    };
  }
}

function readable(page: MemberPage | undefined): MemberPage {
  if (page === undefined) throw new NatterError('not_found');
  if (!page.isMember) throw new NatterError(page.visibility === 'public' ? 'not_member' : 'not_found');
  return page;
}

/** The JSON of as many events as the page may have, and an answer can hold, counted from the end it is filled from. */
function fitting(events: PlacedEvent[], { from, limit }: MemberPageQuery, maxBytes: number): string[] {
  const inOrder = from === 'oldest' ? events : events.toReversed();
  const shown: string[] = [];
  let bytes = 0;
  for (const event of inOrder.slice(0, limit)) {
    const json = eventJson(event);
    bytes += Buffer.byteLength(json);
    if (bytes > maxBytes && shown.length > 0) break;
    shown.push(json);
  }
  return from === 'oldest' ? shown : shown.toReversed();
}

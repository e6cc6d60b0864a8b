// A room-service in miniature for tests: late messages in memory, answered over the bus as the contract says. And as much of an
// auth-service as knows which sessions have ended.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type LateMessage, type LateMessages, listLateMessages } from '@natter/contracts/notifications';
import { listLiveSessions } from '@natter/contracts/auth';
import { listUndelivered, type Undelivered } from '@natter/contracts/push';
import type { RequestOf } from '@natter/contracts/rpc';

type LateRequest = RequestOf<typeof listLateMessages>;
type Asker = LateRequest['users'][number];

export class ModelRooms {
  /** By user, in any order. */
  readonly late = new Map<string, LateMessage[]>();
  /** By user: how far they have read in each of their rooms. */
  readonly read = new Map<string, Record<string, number>>();
  /** What nobody has received; what was pushed is left out. */
  undelivered: Undelivered[] = [];
  readonly endedSessions = new Set<string>();
  /** What was asked, oldest first. */
  readonly asked: Asker[] = [];

  private constructor(private readonly nc: NatsConnection) {}

  static async start(url: string): Promise<ModelRooms> {
    const model = new ModelRooms(await connect({ servers: url }));
    model.answer(listLateMessages.subject, (request: LateRequest) => ({
      users: request.users.map((asker) => model.listLate(asker, request.limit)),
    }));
    model.answer(listUndelivered.subject, (request: RequestOf<typeof listUndelivered>) => ({
      items: model.undelivered.filter(
        ({ user, room, seq }) =>
          request.users.includes(user) && !request.pushed.some(([u, r, s]) => u === user && r === room && s >= seq),
      ),
    }));
    model.answer(listLiveSessions.subject, ({ sessions }: RequestOf<typeof listLiveSessions>) => ({
      sessions: sessions.filter((session) => !model.endedSessions.has(session)),
    }));
    await model.nc.flush();
    return model;
  }

  stop(): Promise<void> {
    return this.nc.close();
  }

  private listLate(asker: Asker, limit: number): LateMessages {
    this.asked.push(asker);
    const { user, dismissed, after } = asker;
    const read = this.read.get(user) ?? {};
    const isPut = ({ room, seq }: LateMessage) =>
      (dismissed[room] ?? []).some(([first, last]) => first <= seq && seq <= last);
    const all = (this.late.get(user) ?? [])
      .filter((message) => message.seq > (read[message.room] ?? 0) && !isPut(message))
      .sort((a, b) => compare(a, b));
    const rest = after ? all.filter((message) => compare(message, after) > 0) : all;
    const told = asker.read === false ? {} : read;
    return { items: rest.slice(0, limit), count: Math.min(all.length, 1_000), read: told };
  }

  private answer<Request>(subject: string, reply: (request: Request) => unknown): void {
    this.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error) return;
        const { data, id } = message.json<{ data: Request; id: string }>();
        message.respond(JSON.stringify({ response: reply(data), isDisposed: true, id }));
      },
    });
  }
}

type Place = Pick<LateMessage, 'ts' | 'room' | 'seq'>;
const compare = (a: Place, b: Place): number => {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1;
  if (a.room !== b.room) return a.room < b.room ? -1 : 1;
  return a.seq - b.seq;
};

// Tells the absent by push. Users with devices take turns: each is looked at every few seconds, and what they have not received is read
// from the log, not remembered, so a restart or a lost hint costs nothing. Told is noted after a push service has taken it: a
// process that dies in between tells twice, which devices show once (one topic a room), and never not at all.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { listLiveSessions, type SessionsEnded } from '@natter/contracts/auth';
import { limits } from '@natter/contracts/limits';
import { messageNotificationId } from '@natter/contracts/notifications';
import { listUndelivered, type PushPayload, type Undelivered } from '@natter/contracts/push';
import { subjects } from '@natter/contracts/subjects';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { retryDelay } from '@natter/service-kit/retry';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { holds } from '../notifications/seq-ranges.js';
import { PushDelivery } from './push-delivery.js';
import { type PushState, PushRepository } from './push.repository.js';
import { pushInterval } from './push-rules.js';

/** How often a user is looked at: a late message is pushed at most this much later. */
const turnMs = 5_000;
/** A round takes less; users of a replica that died are looked at by another after this. */
const leaseMs = 15_000;
const users = 50;
/** How often a replica asks whose turn it is when it was nobody's. */
const idleMs = 1_000;
/** Rooms of one user told in one turn; the others in the next. */
const roomsMax = 5;
/** Places that one call to the room-service takes. */
const placesMax = 10_000;

@Injectable()
export class PushRound implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<unknown> | undefined;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly repository: PushRepository,
    private readonly delivery: PushDelivery,
    private readonly rpc: RpcClient,
    private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // A hint; where it is lost, `stillSignedIn` finds out before anything is told.
    this.bus.onJson<SessionsEnded>(subjects.sessionsEnded, ({ sessions }) => {
      this.repository.removeSessions(sessions).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'devices of ended sessions not forgotten yet');
      });
    });
    this.plan(idleMs);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  /** Looks at those whose turn it is. @returns how many there were */
  async run(): Promise<number> {
    const turn = await this.repository.claim(users, leaseMs);
    if (turn.length === 0) return 0;
    const states = await this.stillSignedIn(await this.repository.read(turn, limits.lateDeliveryMs));
    const reachable = new Map([...states].filter(([, { devices }]) => devices.some(({ waits }) => !waits)));
    if (reachable.size > 0) {
      const undelivered = await this.undelivered(reachable);
      await Promise.all([...reachable].map(([user, state]) => this.tell(user, state, undelivered.get(user) ?? [])));
    }
    await this.repository.release(turn, turnMs);
    return turn.length;
  }

  private plan(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.run()
        .then(
          (count) => {
            this.failures = 0;
            this.plan(count === users ? 0 : idleMs);
          },
          (error: unknown) => {
            // Those who were claimed have their turn again when the lease ends.
            this.logger.warn({ err: error }, 'nobody told by push this time');
            this.plan(retryDelay(this.failures++, idleMs, turnMs));
          },
        )
        .finally(() => (this.round = undefined));
    }, ms);
  }

  /** Devices of sessions that have ended are forgotten. @throws NatterError when the auth-service does not answer */
  private async stillSignedIn(states: Map<string, PushState>): Promise<Map<string, PushState>> {
    const sessions = [...new Set([...states.values()].flatMap(({ devices }) => devices.map(({ session }) => session)))];
    if (sessions.length === 0) return states;
    const live = new Set<string>();
    for (let at = 0; at < sessions.length; at += 1_000) {
      const answer = await this.rpc.call(listLiveSessions, { sessions: sessions.slice(at, at + 1_000) });
      for (const session of answer.sessions) live.add(session);
    }
    const ended = sessions.filter((session) => !live.has(session));
    if (ended.length > 0) await this.repository.removeSessions(ended);
    for (const state of states.values()) state.devices = state.devices.filter(({ session }) => live.has(session));
    return states;
  }

  private async undelivered(states: ReadonlyMap<string, PushState>): Promise<Map<string, Undelivered[]>> {
    const pushed = [...states].flatMap(([user, state]) =>
      [...state.pushed].map(([room, { seq }]): [string, string, number] => [user, room, seq]),
    );
    const { items } = await this.rpc.call(listUndelivered, {
      users: [...states.keys()],
      pushed: pushed.slice(0, placesMax),
    });
    const byUser = new Map<string, Undelivered[]>();
    for (const item of items) {
      const list = byUser.get(item.user);
      if (list) list.push(item);
      else byUser.set(item.user, [item]);
    }
    return byUser;
  }

  private async tell(user: string, state: PushState, undelivered: readonly Undelivered[]): Promise<void> {
    const rooms = undelivered.filter((item) => isDue(item, state)).slice(0, roomsMax);
    for (const item of rooms) {
      if (!(await this.delivery.toAll(state.devices, payloadOf(item)))) return;
      await this.repository.notePushed(user, item.room, item.seq, streakOf(item, state) + 1);
    }
    for (const { id, kind, room, preview, ts } of state.notices) {
      const payload: PushPayload = {
        id,
        kind,
        ts,
        ...(room !== null && { room }),
        ...(preview !== null && { preview }),
      };
      if (!(await this.delivery.toAll(state.devices, payload))) return;
      await this.repository.noteNoticePushed(user, id);
    }
  }
}

/** Not put aside elsewhere, and not too soon after the last push about this room; a mention never waits for its turn. */
function isDue(item: Undelivered, state: PushState): boolean {
  if (holds(state.dismissed[item.room] ?? [], item.seq)) return false;
  const last = state.pushed.get(item.room);
  return last === undefined || item.mentions > 0 || last.ageMs >= pushInterval(streakOf(item, state));
}

/** Nought once the user has been there since the last push. */
function streakOf({ room, delivered }: Undelivered, { pushed }: PushState): number {
  const last = pushed.get(room);
  return last === undefined || delivered >= last.seq ? 0 : last.streak;
}

const payloadOf = ({ room, title, seq, ts, sender, preview, count, mentions }: Undelivered): PushPayload => ({
  id: messageNotificationId(room, seq),
  kind: mentions > 0 ? 'mention' : 'message',
  ts,
  room,
  title: title ?? sender,
  sender,
  preview,
  count,
});

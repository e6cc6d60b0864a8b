// The auth-service in this process, on a real PostgreSQL and nats-server, with a clock that tests move, and a room-service that
// only remembers which users it was told of.
import {
  type Account,
  copyUsers,
  type IssuedTokens,
  login,
  register,
  type SessionsEnded,
  type UserState,
} from '@natter/contracts/auth';
import { queues, subjects } from '@natter/contracts/subjects';
import type { InputOf, ReplyOf, Rpc } from '@natter/contracts/rpc';
import { parseConfig } from '@natter/service-kit/config';
import { createKit, type Kit } from '@natter/service-kit/kit.module';
import { createMicroservice } from '@natter/service-kit/microservice';
import type { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { Clock } from '../clock.js';
import { configSchema } from '../config.js';

/** Starts at the machine's time and then moves only by hand. */
export class TestClock extends Clock {
  private nowMs = Date.now();

  override now(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }
}

export interface Replica {
  kit: Kit;
  get: <T>(type: new (...args: never[]) => T) => T;
  stop: () => Promise<void>;
}

export class TestAuthService {
  readonly clock = new TestClock();
  readonly replicas: Replica[] = [];
  readonly sessionsEnded: SessionsEnded[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly nats: TestNats,
    /** The others' end of it. */
    readonly bus: Bus,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}, replicas = 1): Promise<TestAuthService> {
    const nats = await startTestNats();
    const service = new TestAuthService(await createTestDatabase(), nats, await openTestBus(nats), settings);
    await Promise.all(Array.from({ length: replicas }, () => service.addReplica()));
    service.bus.onJson<SessionsEnded>(subjects.sessionsEnded, (event) => service.sessionsEnded.push(event));
    await service.bus.nc.flush();
    return service;
  }

  get first(): Replica {
    const [replica] = this.replicas;
    if (replica === undefined) throw new Error('no replica runs');
    return replica;
  }

  get db(): DataSource {
    return this.first.get(DataSource);
  }

  async addReplica(settings: Record<string, string> = {}): Promise<Replica> {
    const config = parseConfig('auth-service', configSchema, {
      DATABASE_URL: this.database.url,
      ...this.nats.env('auth-service'),
      INSTANCE_ID: `auth-${this.replicas.length + 1}`,
      LOG_LEVEL: 'silent',
      ...this.settings,
      ...settings,
    });
    const kit = await createKit('auth-service', config);
    const app = await createMicroservice(kit, AppModule.of(this.clock), queues.auth);
    await app.listen();
    const replica: Replica = {
      kit,
      get: (type) => app.get(type),
      stop: async () => {
        await app.close();
        await kit.bus.close();
        kit.health.close();
      },
    };
    this.replicas.push(replica);
    return replica;
  }

  /** Somebody with a session, and what goes with whatever they ask. */
  async someone(
    name: string,
  ): Promise<{ id: string; name: string; as: { actor: string; session: string; origin: Origin } }> {
    const { user } = await this.register(name);
    const { session } = await this.login(name);
    return { id: user.id, name, as: { actor: user.id, session, origin } };
  }

  /** Makes somebody administrator, as nobody can by a call. */
  async crown(id: string): Promise<void> {
    await this.db.query('UPDATE users SET admin = true WHERE id = $1', [id]);
  }

  /** Calls the service as others do: over the bus. */
  call<R extends Rpc>(definition: R, request: InputOf<R>): Promise<ReplyOf<R>> {
    return new RpcClient(this.bus).call(definition, request);
  }

  /** Makes an account, where that takes no mail. */
  async register(username: string, ip = '192.0.2.1', password = goodPassword): Promise<{ user: Account }> {
    const email = `${username}@example.org`;
    const { user } = await this.call(register, { email, username, password, origin: { ...origin, ip } });
    if (user === null) throw new Error('a mail is on its way first');
    return { user };
  }

  login(name: string, password = goodPassword, ip = '192.0.2.1'): Promise<IssuedTokens> {
    return this.call(login, { login: name, password, origin: { ...origin, ip } });
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.bus.close();
    await this.nats.stop();
    await this.database.drop();
  }
}

interface Origin {
  ip: string;
  user_agent: string;
}

/** Where everybody comes from, unless a test says otherwise. */
export const origin: Origin = { ip: '192.0.2.1', user_agent: 'test' };

export const goodPassword = 'nine llamas on a raft';

/** A room-service as far as copies go; stops answering by `stop`. */
export function fakeRoomService(bus: Bus): { copies: Map<string, UserState>; calls: () => number; stop: () => void } {
  const copies = new Map<string, UserState>();
  let calls = 0;
  const subscription = bus.nc.subscribe(copyUsers.subject, {
    callback: (_error, message) => {
      calls++;
      const { data, id } = message.json<{ data: { users: UserState[] }; id: string }>();
      for (const user of data.users) copies.set(user.id, user);
      message.respond(JSON.stringify({ id, response: {}, isDisposed: true }));
    },
  });
  return { copies, calls: () => calls, stop: () => subscription.unsubscribe() };
}

/** The code a call fails with, or `ok`. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Waits until `condition` holds, 10 s at most. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const until = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

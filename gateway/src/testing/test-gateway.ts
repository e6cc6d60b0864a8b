// A gateway on a free port, with a nats-server of its own and stand-ins for the services: they answer in the services' envelope,
// remember what they were asked, and can be away.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { getJwks, getOwnUsers, getRevocations, tokenAudience, tokenIssuer } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import type { Rpc } from '@natter/contracts/rpc';
import { parseConfig } from '@natter/service-kit/config';
import { createKit } from '@natter/service-kit/kit.module';
import { startTestNats } from '@natter/service-kit/testing/nats';
import { configSchema } from '../config.js';
import { startGateway } from '../server.js';

export type Asked = Record<string, unknown>;
type Answer = (request: Asked) => unknown;

export const originOfTests = 'http://chat.test';

export class StandIns {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly answers = new Map<string, Answer>();
  private readonly asked = new Map<string, { request: Asked; requestId: string }[]>();

  constructor(private readonly nc: NatsConnection) {}

  /** Answers a call from now on: with what `answer` returns, or with the NatterError it throws. */
  answer(definition: Rpc, answer: Answer): void {
    const { subject } = definition;
    this.answers.set(subject, answer);
    // One subscription for all answers: a call that is on its way to an old one would never be answered.
    if (this.subscriptions.has(subject)) return;
    const subscription = this.nc.subscribe(subject, { callback: (_, message) => void this.serve(subject, message) });
    this.subscriptions.set(subject, subscription);
  }

  /** Nobody answers this call any more. */
  away(definition: Rpc): void {
    this.subscriptions.get(definition.subject)?.unsubscribe();
    this.subscriptions.delete(definition.subject);
  }

  /** All requests of a call so far. */
  of(definition: Rpc): Asked[] {
    return (this.asked.get(definition.subject) ?? []).map(({ request }) => request);
  }

  lastRequestId(definition: Rpc): string | undefined {
    return this.asked.get(definition.subject)?.at(-1)?.requestId;
  }

  private async serve(subject: string, message: Msg): Promise<void> {
    const { data, id } = message.json<{ data: Asked; id: string }>();
    const entry = { request: data, requestId: message.headers?.get('x-request-id') ?? '' };
    this.asked.set(subject, [...(this.asked.get(subject) ?? []), entry]);
    try {
      message.respond(JSON.stringify({ response: await this.answers.get(subject)?.(data), isDisposed: true, id }));
    } catch (error) {
      const { code, details } = error as NatterError;
      message.respond(JSON.stringify({ err: { code, details }, isDisposed: true, id }));
    }
  }
}

export interface TestGateway {
  url: string;
  port: number;
  /** Where it keeps files. */
  filesDir: string;
  services: StandIns;
  nats: Awaited<ReturnType<typeof startTestNats>>;
  /** An access token as the auth-service would sign it. */
  token: (user: string, more?: { session?: string; exp?: number; key?: KeyObject }) => string;
  /** Publishes an event. */
  publish: (subject: string, event: unknown) => Promise<void>;
  stopGateway: () => Promise<void>;
  stop: () => Promise<void>;
}

const keyId = 'test-key';

/** @param env settings besides the usual ones */
export async function startTestGateway(env: Record<string, string> = {}): Promise<TestGateway> {
  const nats = await startTestNats();
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const services = new StandIns(nc);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  services.answer(getJwks, () => ({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'EdDSA', use: 'sig' }],
  }));
  services.answer(getRevocations, () => ({ sessions: [], disabled: [] }));
  services.answer(getOwnUsers, ({ users }) => ({
    users: (users as string[]).map((id) => ({ id, username: `user-${id.slice(0, 4)}`, disabled: false })),
  }));
  await nc.flush();
  const folder = await mkdtemp(join(tmpdir(), 'natter-gateway-'));
  const config = parseConfig('gateway', configSchema, {
    ...nats.env('gateway'),
    INSTANCE_ID: 'gateway-test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    WEB_ROOT: 'not-built',
    NATTER_ORIGINS: originOfTests,
    NATTER_INSECURE_HTTP: '1',
    NATTER_RATE_FACTOR: '1000',
    NATTER_FILES_DIR: join(folder, 'files'),
    ...env,
  });
  const kit = await createKit('gateway', config);
  const gateway = await startGateway(kit, config);
  let stopped: Promise<void> | undefined;
  const stopGateway = () => (stopped ??= gateway.stop());
  return {
    url: `http://127.0.0.1:${gateway.port}`,
    filesDir: config.NATTER_FILES_DIR,
    port: gateway.port,
    services,
    nats,
    token: (user, { session = randomUUID(), exp, key = privateKey } = {}) => {
      const nowS = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: tokenIssuer,
        aud: tokenAudience,
        sub: user,
        sid: session,
        iat: nowS,
        exp: exp ?? nowS + 900,
        jti: randomUUID(),
      };
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = `${part({ alg: 'EdDSA', typ: 'at+jwt', kid: keyId })}.${part(claims)}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
    },
    publish: async (subject, event) => {
      nc.publish(subject, JSON.stringify(event));
      await nc.flush();
    },
    stopGateway,
    stop: async () => {
      await stopGateway();
      kit.health.close();
      await kit.bus.close();
      await nc.close();
      await nats.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export type Call = (
  method: string,
  path: string,
  body?: object,
  more?: Record<string, string>,
) => Promise<{ status: number; text: string; body: Record<string, unknown> }>;

/** Calls under /api as a bot of a user does. */
export const callAs =
  (gateway: TestGateway, user: string): Call =>
  async (method, path, body, more) => {
    const response = await fetch(`${gateway.url}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${gateway.token(user)}`,
        ...(body && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };

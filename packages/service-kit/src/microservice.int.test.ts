// A service and its caller over a real nats-server: what one throws, the other catches.
import { Controller, Module } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { NatterError } from '@natter/contracts/errors';
import { Meta } from '@natter/contracts/meta';
import { type RequestOf, rpc } from '@natter/contracts/rpc';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createKit, type Kit } from './kit.module.js';
import { createMicroservice } from './microservice.js';
import { startTestNats, type TestNats } from './testing/nats.js';

const request = z.object({ word: z.string().transform((word) => word.toLowerCase()) });
const keep = rpc<{ meta: unknown }>()('natter.rpc.test.keep', z.object({ meta: Meta }));
const echo = rpc<{ word: string }>()('natter.rpc.test.echo', request, ['gone'], 1_000);
const nobody = rpc<object>()('natter.rpc.test.nobody', request);

@Controller()
class EchoHandlers {
  @MessagePattern(echo.subject)
  async echo(@Payload({ schema: echo.request }) { word }: z.infer<typeof request>): Promise<{ word: string }> {
    if (word === 'gone')
      throw new NatterError('gone', { retryAfterMs: 7, fields: [{ field: 'word', code: 'too_long' }] });
    if (word === 'bug') throw new TypeError('a bug');
    if (word === 'away') throw Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    if (word === 'slow') await new Promise((resolve) => setTimeout(resolve, 1_500));
    return { word };
  }

  @MessagePattern(keep.subject)
  keep(@Payload({ schema: keep.request }) { meta }: RequestOf<typeof keep>): { meta: unknown } {
    return { meta };
  }
}

@Module({ controllers: [EchoHandlers] })
class EchoModule {}

let nats: TestNats;
let kit: Kit;
let app: Awaited<ReturnType<typeof createMicroservice>>;

beforeAll(async () => {
  nats = await startTestNats();
  kit = await createKit('test', {
    NATS_URL: nats.url,
    INSTANCE_ID: 'test-1',
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: 0,
    LOG_LEVEL: 'silent',
  });
  app = await createMicroservice(kit, EchoModule, 'test');
  await app.listen();
});

afterAll(async () => {
  await app.close();
  await kit.bus.close();
  kit.health.close();
  await nats.stop();
});

describe('a call', () => {
  it('is checked and changed by its schema before the handler sees it', async () => {
    expect(await kit.rpc.call(echo, { word: 'HELLO' })).toEqual({ word: 'hello' });
  });

  it('brings keys that mean something to the language there and back, and pollutes nothing', async () => {
    const odd = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"in":{"constructor":1}}';
    const { meta } = await kit.rpc.call(keep, { meta: JSON.parse(odd) as Record<string, unknown> });
    expect(JSON.stringify(meta)).toBe(odd);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('of the wrong shape is refused, naming the field', async () => {
    const bad = kit.rpc.call(echo, { word: 1 } as never);
    await expect(bad).rejects.toMatchObject({
      code: 'bad_request',
      details: { fields: [{ field: 'word', code: 'invalid' }] },
    });
  });

  it('fails with the code and the details the other side threw', async () => {
    const failed = kit.rpc.call(echo, { word: 'gone' });
    await expect(failed).rejects.toBeInstanceOf(NatterError);
    await expect(failed).rejects.toMatchObject({
      code: 'gone',
      details: { retryAfterMs: 7, fields: [{ field: 'word', code: 'too_long' }] },
    });
  });

  it('that meets a bug says no more than internal', async () => {
    await expect(kit.rpc.call(echo, { word: 'bug' })).rejects.toMatchObject({ code: 'internal', details: {} });
  });

  it('is unavailable while the database of the other side is away', async () => {
    await expect(kit.rpc.call(echo, { word: 'away' })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('nobody answers is unavailable at once, one that takes too long a timeout', async () => {
    await expect(kit.rpc.call(nobody, { word: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(kit.rpc.call(echo, { word: 'slow' })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('works again after nats-server was killed and started', async () => {
    await nats.restart();
    await vi.waitFor(async () => expect(await kit.rpc.call(echo, { word: 'back' })).toEqual({ word: 'back' }), {
      timeout: 15_000,
      interval: 100,
    });
    expect((await kit.health.report()).checks['nats']).toBe('ok');
  });
});

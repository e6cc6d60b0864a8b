import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from './testing/client.js';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.stop());

describe('a gateway that stops', () => {
  it('answers what is in flight, spreads its goodbyes with a time to come back, and lets nobody in', async () => {
    const { url, stop } = await stage.gateway({ NATTER_DRAIN_MS: '600' });
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    const clients = await Promise.all(Array.from({ length: 8 }, () => stage.client(url, user)));
    await Promise.all(clients.map((client) => client.hello()));
    const ids = clients.map((client) => {
      const id = randomUUID();
      client.send({ type: 'send', id, room: room.id, body: 'just before' });
      return id;
    });
    await until('arrival', () => ids.every((id) => stage.log.appended.includes(id)));
    const stopped = stop();
    await expect(stage.client(url)).rejects.toThrow();
    await Promise.all(clients.map((client) => client.ended()));
    for (const [i, client] of clients.entries()) {
      expect(client.closed?.code).toBe(4503);
      expect(client.frames.some((frame) => frame.type === 'ack' && frame['id'] === ids[i])).toBe(true);
      expect(client.frames.at(-1)).toMatchObject({ type: 'bye', code: 4503, reconnect: true });
    }
    expect(new Set(clients.map((client) => client.frames.at(-1)!['after_ms'])).size).toBeGreaterThan(1);
    await stopped;
    expect(stage.services.registrations.at(-1)).toMatchObject({ goodbye: true });
  });

  it('writes the receipts it still holds', async () => {
    const { url, stop } = await stage.gateway();
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    const client = await stage.client(url, user);
    await client.hello();
    client.send({ type: 'receipt', room: room.id, read: 1 });
    client.send({ type: 'ping', id: 'p' });
    await client.next('pong');
    await stop();
    expect(stage.services.cursors.get(`${user} ${room.id}`)).toEqual({ delivered: 1, read: 1 });
  });
});

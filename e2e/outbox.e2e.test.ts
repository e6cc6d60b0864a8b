// The SDK's outbox on the real system: what one changes survives a cut connection and a restart, and is applied once (P2, P6, P7).
import { ChatClient, type OutboxEntry, type OutboxStore } from '@natter/client/chat-client';
import { subprotocol } from '@natter/client/socket';
import type { LogEvent } from '@natter/contracts/events';
import type { AckFrame } from '@natter/contracts/frames';
import type { EventPage } from '@natter/contracts/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CuttableSocket } from './harness/cuttable-socket.js';
import { Person } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { until, within } from './harness/wait.js';

const natter = await useSystem();
const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
const room = await ann.createRoom();
await ben.join(room.id);

/** As a browser keeps it: over the life of any one client. */
class KeptOutbox implements OutboxStore {
  readonly entries = new Map<string, OutboxEntry>();
  load = async () => [...this.entries.values()].sort((a, b) => a.order - b.order);
  put = async (entry: OutboxEntry) => void this.entries.set(entry.id, structuredClone(entry));
  remove = async (id: string) => void this.entries.delete(id);
}

const open: ChatClient[] = [];
afterEach(() => open.splice(0).forEach((chat) => chat.close()));

/** The SDK of a person, whose newest connection can be cut. Each one goes to the other gateway than the last. */
function clientOf(person: Person, outboxStore: OutboxStore) {
  const acks: AckFrame[] = [];
  let dials = 0;
  let tcp = new CuttableSocket();
  const chat = new ChatClient({
    outboxStore,
    confirmDelivery: false, // its receipts would come back, and be cut off in place of an answer
    connect: () => {
      const url = new URL(natter.socketUrl(dials++ % 2));
      tcp = new CuttableSocket();
      const socket = tcp;
      return new WebSocket(url, subprotocol, {
        headers: { authorization: `Bearer ${person.token}` },
        perMessageDeflate: false,
        createConnection: () => socket.connect(Number(url.port), url.hostname),
      });
    },
  });
  open.push(chat);
  chat.on('frame', (frame) => frame.type === 'ack' && acks.push(frame));
  const connected = async () => {
    chat.connect();
    await until('it is connected', () => chat.state.phase === 'live');
  };
  const dialsOf = () => dials;
  return { chat, acks, connected, dials: dialsOf, cutAfter: (way: 'in' | 'out') => tcp.cutAfter(way, 0) };
}

const said = async (body: string): Promise<number> =>
  (await ann.api.post<{ seq: number }>(`/api/rooms/${room.id}/messages`, { body })).body.seq;
const changesOf = async (target: number): Promise<LogEvent[]> => {
  const { body } = await ben.api.get<EventPage>(`/api/rooms/${room.id}/events?after=${target}&limit=100`);
  return body.items.filter((event) => 'target' in event && event.target === target);
};
const kindsOf = async (target: number): Promise<string[]> => (await changesOf(target)).map(({ type }) => type);

describe('what one changes', () => {
  it('is applied once when the connection is cut before its acknowledgement came', async () => {
    const { chat, acks, connected, cutAfter, dials } = clientOf(ann, new KeptOutbox());
    await connected();
    const [kept, gone] = [await said('to be edited'), await said('to be deleted')];
    await until('both are there', () => chat.position(room.id) === gone);
    const asked = [
      () => chat.edit(room.id, kept, 'edited'),
      () => chat.delete(room.id, gone),
      () => chat.react(room.id, kept, '👍'),
    ];
    for (const [n, ask] of asked.entries()) {
      cutAfter('in'); // it is stored, and the first byte of the answer breaks the connection
      const ack = await within('it is acknowledged', ask());
      expect(acks.filter(({ seq }) => seq === ack.seq)).toMatchObject([{ dup: true }]);
      expect(dials()).toBe(n + 2);
    }
    expect(await kindsOf(kept)).toEqual(['edited', 'reaction']);
    expect(await kindsOf(gone)).toEqual(['deleted']);
    expect(chat.pending).toEqual([]);
  });

  it('outlives the client that was asked for it, in order with what was said, and is applied once', async () => {
    const outbox = new KeptOutbox();
    const first = clientOf(ann, outbox);
    await first.connected();
    const target = await said('a message with a future');
    await until('it is there', () => first.chat.position(room.id) === target);
    first.cutAfter('out'); // nothing of what follows reaches the server
    const given = [
      first.chat.edit(room.id, target, 'a message with a past'),
      first.chat.send(room.id, 'said between'),
      first.chat.delete(room.id, target),
    ];
    for (const each of given) each.catch(() => undefined); // its client is gone before the answer
    first.chat.close();
    await first.chat.saved();
    expect([...outbox.entries.values()].map(({ type }) => type)).toEqual(['edit', 'send', 'delete']);
    expect(await kindsOf(target)).toEqual([]);

    const second = clientOf(ann, outbox);
    await second.connected();
    await until('the outbox is empty', () => second.chat.pending.length === 0);
    await second.chat.saved();
    expect(outbox.entries.size).toBe(0);
    expect(await kindsOf(target)).toEqual(['edited', 'deleted']);
    const { body } = await ben.api.get<EventPage>(`/api/rooms/${room.id}/events?after=${target}&limit=100`);
    expect(body.items.map(({ type }) => type)).toEqual(['edited', 'message', 'deleted']);
    expect(second.acks.every(({ dup }) => dup === undefined)).toBe(true);
  });
});

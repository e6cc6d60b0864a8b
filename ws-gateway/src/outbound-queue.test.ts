import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frameText } from './framing.js';
import { type FakeClient, fakeClient, type FakeContext, fakeContext, FakeSocket, unframe } from './testing/fakes.js';

let context: FakeContext;
beforeEach(() => {
  vi.useFakeTimers();
  context = fakeContext();
});
afterEach(() => {
  context.slowReaders.onApplicationShutdown();
  vi.useRealTimers();
});

const slowClient = (kernelBytes: number): FakeClient =>
  fakeClient(context, 'c1', undefined, new FakeSocket(kernelBytes));
const kilobytes = (count: number) => frameText('x'.repeat(count * 1_024));

describe('OutboundQueue', () => {
  it('writes all frames of a turn with one call, in order', async () => {
    const { connection, socket } = fakeClient(context, 'c1');
    for (const text of ['a', 'b', 'c']) connection.outbound.push(frameText(text));
    expect(socket.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.writes).toHaveLength(1);
    expect(unframe(socket.sent)).toEqual(['a', 'b', 'c']);
  });

  it('gives the same buffer to the socket when there is only one', async () => {
    const { connection, socket } = fakeClient(context, 'c1');
    const frame = frameText('a');
    connection.outbound.push(frame);
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.writes[0]).toBe(frame);
  });

  it('keeps what the socket does not take, and goes on when it is drained', async () => {
    const { connection, socket } = slowClient(10);
    const texts = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(5_000, 'x'));
    for (const text of texts) connection.outbound.push(frameText(text));
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.sent.length).toBeLessThan(80_000);
    while (connection.outbound.queuedBytes > 0) if (socket.read(70_000)) connection.outbound.onDrain();
    expect(unframe(socket.sent)).toEqual(texts);
  });

  it('drops fleeting frames of a slow reader and no others', async () => {
    const { connection, socket } = slowClient(0);
    connection.outbound.push(kilobytes(100));
    connection.outbound.pushFleeting(frameText('fleeting'));
    connection.outbound.push(frameText('lasting'));
    await vi.advanceTimersByTimeAsync(0);
    while (connection.outbound.queuedBytes > 0) if (socket.read(200_000)) connection.outbound.onDrain();
    expect(unframe(socket.sent).slice(1)).toEqual(['lasting']);
  });

  it('lets a reader go with 4504 when more than 1 MiB is queued, and says bye behind what is on its way', async () => {
    const { connection, socket, closes } = slowClient(0);
    for (let i = 0; i < 11; i++) connection.outbound.push(kilobytes(100));
    await vi.advanceTimersByTimeAsync(0);
    expect(closes).toEqual([4504]);
    expect(context.gone).toEqual([connection]);
    const sent = unframe(socket.sent);
    expect(sent).toHaveLength(2);
    expect(JSON.parse(sent[1]!)).toMatchObject({ type: 'bye', code: 4504, reconnect: true });
  });

  it('lets a reader go with 4504 when a frame has waited for 10 s', async () => {
    const { connection, closes } = slowClient(0);
    connection.outbound.push(kilobytes(1));
    await vi.advanceTimersByTimeAsync(9_500);
    expect(closes).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(closes).toEqual([4504]);
  });

  it('keeps a reader that is slow but reads every frame within 10 s', async () => {
    const { connection, socket, closes } = slowClient(0);
    for (let second = 0; second < 60; second++) {
      connection.outbound.push(kilobytes(10));
      await vi.advanceTimersByTimeAsync(1_000);
      if (second >= 8 && socket.read(10_244)) connection.outbound.onDrain();
    }
    expect(connection.outbound.queuedBytes).toBeGreaterThan(0);
    expect(closes).toEqual([]);
  });

  it('has no room for live events above 256 KiB, and takes no replay above 128 KiB', async () => {
    const { connection } = slowClient(0);
    connection.outbound.push(kilobytes(120));
    expect([connection.outbound.takesReplay(), connection.outbound.hasRoomFor(100_000)]).toEqual([true, true]);
    connection.outbound.push(kilobytes(20));
    expect([connection.outbound.takesReplay(), connection.outbound.hasRoomFor(130_000)]).toEqual([false, false]);
  });

  it('writes nothing after its last frame', async () => {
    const { connection, socket } = fakeClient(context, 'c1');
    connection.outbound.push(frameText('a'));
    connection.close('draining', 5);
    connection.outbound.push(frameText('b'));
    await vi.advanceTimersByTimeAsync(0);
    const [first, bye, ...rest] = unframe(socket.sent);
    expect([first, rest]).toEqual(['a', []]);
    expect(JSON.parse(bye!)).toEqual({ type: 'bye', code: 4503, reason: 'draining', reconnect: true, after_ms: 5 });
  });
});

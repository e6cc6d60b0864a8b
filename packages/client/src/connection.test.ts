import type { ServerFrame } from '@natter/contracts/frames';
import { describe, expect, it } from 'vitest';
import { type Access, Connection, type ConnectionState } from './connection.js';
import { ManualClock } from './testing/manual-clock.js';
import { ModelServer } from './testing/model-server.js';

function connect(options: { access?: Access; connect?: () => never } = {}) {
  const clock = new ManualClock();
  const server = new ModelServer({ clock });
  const states: ConnectionState[] = [];
  const lost: boolean[] = [];
  const frames: ServerFrame[] = [];
  let accessChecks = 0;
  const connection = new Connection({
    clock,
    random: () => 0.5,
    connect: options.connect ?? server.connect,
    hello: () => ({ type: 'hello', rooms: {} }),
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onLost: (repeatNot) => lost.push(repeatNot),
    checkAccess: async () => {
      accessChecks += 1;
      return options.access ?? 'granted';
    },
  });
  const phases = () => states.map((state) => state.phase);
  return { clock, server, states, phases, lost, frames, connection, accessChecks: () => accessChecks };
}

describe('Connection', () => {
  it('says hello and is live once ready', async () => {
    const { connection, clock, phases, server } = connect();
    connection.open();
    await clock.advance(10);
    expect(phases()).toEqual(['connecting', 'live']);
    expect(server.socket.sent[0]).toEqual({ type: 'hello', rooms: {} });
  });

  it('comes back after a cut', async () => {
    const { connection, clock, phases, server, lost } = connect();
    connection.open();
    await clock.advance(10);
    server.socket.ends();
    expect(connection.state).toMatchObject({ phase: 'waiting', failures: 1 });
    await clock.advance(300);
    expect(phases()).toEqual(['connecting', 'live', 'waiting', 'connecting', 'live']);
    expect(lost).toEqual([false]);
  });

  it('pings when it is quiet, and gives up 10 s later', async () => {
    const { connection, clock, server } = connect();
    connection.open();
    await clock.advance(30_000);
    expect(server.socket.sent.at(-1)).toEqual({ type: 'ping' });
    await clock.advance(15_000);
    expect(connection.state.phase).toBe('live');
    server.socket.onSent = () => {};
    await clock.advance(36_000);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it.each([
    [4401, 'sign_in'],
    [4400, 'stop'],
    [4403, 'stop'],
    [4409, 'stop'],
  ] as const)('stops at close code %i', async (code, why) => {
    const { connection, clock, server } = connect();
    connection.open();
    await clock.advance(10);
    server.socket.ends(code);
    await clock.advance(120_000);
    expect(connection.state).toMatchObject({ phase: 'stopped', why, code });
    expect(server.sockets).toHaveLength(1);
  });

  it.each([1000, 1001, 1006, 1011, 4408, 4429, 4503, 4504, 4999])('comes back at close code %i', async (code) => {
    const { connection, clock, server } = connect();
    connection.open();
    await clock.advance(10);
    server.socket.ends(code);
    await clock.advance(1_000);
    expect(connection.state.phase).toBe('live');
  });

  it('tells that a frame must not be repeated', async () => {
    const { connection, clock, server, lost } = connect();
    connection.open();
    await clock.advance(10);
    server.socket.ends(1009);
    expect(lost).toEqual([true]);
    expect(connection.state.phase).toBe('waiting');
  });

  it('comes back when the server says, if it does', async () => {
    const { connection, clock, server } = connect();
    connection.open();
    await clock.advance(10);
    server.socket.says({ type: 'bye', code: 4503, reason: 'draining', reconnect: true, after_ms: 7_000 });
    server.socket.ends(4503);
    await clock.advance(6_900);
    expect(connection.state.phase).toBe('waiting');
    await clock.advance(200);
    expect(connection.state.phase).toBe('live');
  });

  it('tries at once when nudged', async () => {
    const { connection, clock, server } = connect();
    connection.open();
    await clock.advance(10);
    for (let n = 0; n < 3; n++) server.socket.ends();
    connection.nudge();
    await clock.advance(10);
    expect(connection.state.phase).toBe('live');
  });

  it('asks who it is when a socket closes before it opens', async () => {
    const { connection, clock, server, accessChecks } = connect({ access: 'sign_in' });
    connection.open();
    await clock.advance(0);
    server.socket.ends();
    await clock.advance(1);
    expect(accessChecks()).toBe(1);
    expect(connection.state).toMatchObject({ phase: 'stopped', why: 'sign_in' });
  });

  it('tries at once after the sign-in was renewed', async () => {
    const { connection, clock, server } = connect({ access: 'renewed' });
    connection.open();
    await clock.advance(0);
    server.socket.ends();
    await clock.advance(5);
    expect(connection.state.phase).toBe('live');
  });

  it('counts a connect that throws as a failure', async () => {
    const { connection, clock, phases } = connect({
      connect: () => {
        throw new Error('no route');
      },
    });
    connection.open();
    await clock.advance(0);
    expect(phases()).toEqual(['connecting', 'waiting']);
  });

  it('gives up a server that accepts and says nothing', async () => {
    const { connection, clock, server } = connect();
    server.sockets.length = 0;
    connection.open();
    await clock.advance(0);
    server.socket.onSent = () => {};
    await clock.advance(15_000);
    expect(connection.state.phase).toBe('waiting');
  });

  it('leaves nothing behind when closed', async () => {
    const { connection, clock, server } = connect();
    connection.open();
    await clock.advance(10);
    connection.close();
    expect([connection.state.phase, clock.waiting, server.socket.isClosed]).toEqual(['closed', 0, true]);
  });
});

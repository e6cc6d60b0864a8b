// Connections that take their time: heads and bodies that come byte by byte, requests for sockets that stop half-way, sockets that never
// say hello. They lie open beside everything else, and each has to be let go.
import { setTimeout as sleep } from 'node:timers/promises';
import { wrongWithClose, wrongWithReply } from './answer-checks.js';
import type { Field } from './field.js';
import { HttpWire } from './wire-http.js';
import { SocketWire } from './wire-socket.js';

const DRIP_MS = 400;

interface Drip {
  name: string;
  at: 'front' | 'same';
  /** Said at once, then the rest byte by byte. */
  first: string;
  rest: string;
  /** By when the connection has to be closed: the contract's 10 s for a head, 30 s for a whole request, and some for looking. */
  withinMs: number;
}

const HEAD_MS = 16_000;
const BODY_MS = 40_000;
const login =
  'POST /api/auth/login HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n';
const endless = `X-Drip: ${'x'.repeat(1_000)}`;

const kinds: readonly Drip[] = [
  { name: 'slow head', at: 'front', first: 'GET /api/rooms HTTP/1.1\r\n', rest: endless, withinMs: HEAD_MS },
  { name: 'slow head', at: 'same', first: 'GET /ws HTTP/1.1\r\n', rest: endless, withinMs: HEAD_MS },
  {
    name: 'slow upgrade',
    at: 'front',
    first: 'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n',
    rest: endless,
    withinMs: HEAD_MS,
  },
  { name: 'slow first line', at: 'front', first: 'G', rest: `ET /${'a'.repeat(1_000)}`, withinMs: HEAD_MS },
  { name: 'half a head', at: 'same', first: 'GET /ws HTTP/1.1\r\nHost: h\r\n', rest: '', withinMs: HEAD_MS },
  { name: 'slow body', at: 'front', first: login, rest: `{"login":"${'a'.repeat(1_000)}`, withinMs: BODY_MS },
  { name: 'half a body', at: 'front', first: `${login}{`, rest: '', withinMs: BODY_MS },
];
/** The contract's 10 s, a closing handshake, and some for looking. */
const SILENT_MS = 24_000;

/** Opens so many of each kind; resolves when all have ended. `isShort` leaves out those that take longer than a head. */
export async function drip(field: Field, each: number, isShort: boolean): Promise<void> {
  const chosen = kinds.filter(({ withinMs }) => !isShort || withinMs === HEAD_MS);
  const many = Array.from({ length: each }, (_, n) => n);
  await Promise.all([
    ...chosen.flatMap((kind) => many.map(() => one(field, kind))),
    ...many.map((n) => silentSocket(field, n)),
  ]);
}

async function one({ ports, tally, tell }: Field, { name, at, first, rest, withinMs }: Drip): Promise<void> {
  const note = (kind: 'silent' | 'shape', says: string): void =>
    tell({ kind, says: `${name} at ${at}: ${says}`, piece: 'drips', input: Buffer.from(first) });
  tally.add('drips');
  const wire = await HttpWire.open(ports[at]);
  wire.socket.write(first);
  const speaking = speak(wire, rest);
  const outcome = await wire.answer('POST', withinMs);
  if (outcome.kind === 'silent') note('silent', `still open after ${withinMs} ms`);
  if (outcome.kind === 'no answer') note('shape', outcome.says);
  if (outcome.kind === 'reply') {
    for (const wrong of wrongWithReply(outcome.reply)) tell({ ...wrong, piece: 'drips', input: Buffer.from(first) });
    if (!(await wire.closed(2_000))) note('silent', 'answered, and still open');
  }
  wire.end();
  await speaking;
}

async function speak(wire: HttpWire, rest: string): Promise<void> {
  for (const char of rest) {
    await sleep(DRIP_MS);
    if (!wire.isOpen) return;
    wire.socket.write(char);
  }
}

/** Opens a socket and says nothing: 4400. */
async function silentSocket({ ports, world, tally, tell }: Field, n: number): Promise<void> {
  const face = await world.well(n);
  tally.add('drips');
  const note = (kind: 'silent' | 'shape', says: string): void =>
    tell({ kind, says: `no hello: ${says}`, piece: 'drips' });
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      note('silent', `still open after ${SILENT_MS} ms`);
      resolve();
    }, SILENT_MS);
    const over = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const headers = [
      ['Authorization', `Bearer ${face.token}`],
      ['X-Forwarded-For', face.address],
    ] as const;
    const closed = (code: number): void => {
      for (const wrong of wrongWithClose(code)) tell({ ...wrong, piece: 'drips' });
      over();
    };
    SocketWire.open(
      { port: ports.same, path: '/ws', headers },
      { text: () => undefined, closed, nonsense: (says) => note('shape', says) },
      SILENT_MS,
    ).then(
      (wire) => (wire instanceof SocketWire ? undefined : over()),
      (error: unknown) => {
        note('silent', String(error));
        over();
      },
    );
  });
}
